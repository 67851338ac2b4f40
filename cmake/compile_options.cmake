# Warnings, sanitizers and hardening, per target of ours; generated code gets no warnings.
function(dino_sanitize target)
  if(DINO_SANITIZE)
    # Not `vptr`: it opens files to inspect objects, but some tests leave no free descriptors.
    target_compile_options(${target} PRIVATE -fsanitize=${DINO_SANITIZE} -fno-sanitize=vptr
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${DINO_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
      target_compile_options(${target} PRIVATE
        -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer_ignorelist.txt)
    endif()
  endif()
  if(DINO_SANITIZE MATCHES address AND absl_VERSION VERSION_GREATER_EQUAL 20240116)
    # NDEBUG_SANITIZER omits a member that abseil's containers have under sanitizers, but not in Debian's
    # library.
    target_compile_options(${target} PRIVATE -DNDEBUG_SANITIZER)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # With any of the three checks, GCC (bug 71962) cannot prove at compile time that a function's
      # address is not null, which abseil needs; using a null pointer is still reported.
      target_compile_options(${target} PRIVATE
        -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute)
    endif()
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/asan_options.cc)
    endif()
  endif()
  if(DINO_SANITIZE MATCHES thread)
    # With it, protobuf's headers add a member to a class that Debian's library does not have.
    # libstdc++ needs to know: its shared_ptr writes the last count in a way that looks like a race.
    target_compile_options(${target} PRIVATE -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
  endif()
endfunction()

# Hardens optimized builds: position-independent code, read-only relocations, stack canaries, checked calls
# of the C library and, where the processor has it, marked targets of indirect jumps.
# tests/checks/hardening.sh reads all of it from the programs.
function(dino_harden target)
  if(DINO_SANITIZE)
    return()
  endif()
  set(compile -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
    list(APPEND compile -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    list(APPEND compile -mbranch-protection=standard)
  endif()
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:${compile}>")
  target_link_options(${target} PRIVATE "$<$<CONFIG:Release>:-pie;-Wl,-z,relro,-z,now,-z,noexecstack>")
endfunction()

function(dino_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wold-style-cast -Wcast-qual $<$<BOOL:${DINO_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
  # __FILE__, which GoogleTest's macros use, does not say where the checkout is: ccache serves all checkouts.
  target_compile_options(${target} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  dino_sanitize(${target})
  dino_harden(${target})
endfunction()

# dino_library(name SOURCES a.cc ... LINK lib ...) adds the static library dino_name with the
# alias dino::name.
function(dino_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  add_library(dino_${name} STATIC ${arg_SOURCES})
  add_library(dino::${name} ALIAS dino_${name})
  target_link_libraries(dino_${name} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  dino_compile_options(dino_${name})
endfunction()

# -fpch-preprocess lets ccache cache files that use precompiled headers, together with CCACHE_SLOPPINESS in
# the presets. GCC takes them only where -pthread is as it was for them.
set(dino_with_precompiled -fpch-preprocess -pthread)

# dino_test_headers(name HEADERS <a.h> ... LINK lib ...) precompiles headers once for several test programs.
# Not with clang, so that clang-tidy notices missing includes.
function(dino_test_headers name)
  cmake_parse_arguments(arg "" "" "HEADERS;LINK" ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    set(nothing ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
    file(TOUCH ${nothing})
    add_library(${name} OBJECT ${nothing})
    target_link_libraries(${name} PRIVATE ${arg_LINK})
    dino_compile_options(${name})
    target_compile_options(${name} PRIVATE ${dino_with_precompiled})
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  endif()
endfunction()

# dino_test(name [GRPC] [ALONE] [TIMEOUT seconds] [LABEL label] SOURCES a_test.cc ... LINK lib ...
# [COMPUTING Suite.* ...]) adds a test program and registers its tests, by suite. Presets with unity builds
# compile several of its files together. `GRPC`: most of them include gRPC. `ALONE`: each test has a process
# of its own. `COMPUTING`: these tests are CPU-bound: ctest runs few of them concurrently (each takes 12 of
# the slots that tests/run.sh grants), and starts with them.
function(dino_test name)
  cmake_parse_arguments(arg "ALONE;GRPC" "TIMEOUT;LABEL" "SOURCES;LINK;COMPUTING" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main)
  dino_compile_options(${name})
  set(headers dino_test_headers)
  if(arg_GRPC)
    set(headers dino_grpc_test_headers)
  endif()
  if(TARGET ${headers})
    target_compile_options(${name} PRIVATE ${dino_with_precompiled})
    target_precompile_headers(${name} REUSE_FROM ${headers})
  endif()
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_LABEL)
    list(APPEND properties LABELS ${arg_LABEL})
  endif()
  list(JOIN arg_COMPUTING ":" computing)
  if(arg_COMPUTING)
    dino_discover(${name} "${arg_ALONE}" "${computing}" "/computing"
      ${properties} PROCESSORS 12 COST 100)
  endif()
  dino_discover(${name} "${arg_ALONE}" "-${computing}" "" ${properties})
endfunction()

# Registers those tests of a program that a filter of GoogleTest lets through, with these properties.
function(dino_discover name alone filter suffix)
  if(alone)
    # Sets variables that it needs here, whoever calls.
    include(GoogleTest)
    # Test names suffice; parameter values may contain any bytes.
    gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60 TEST_FILTER "${filter}"
      PROPERTIES ${ARGN})
    return()
  endif()
  string(MAKE_C_IDENTIFIER "${name}${suffix}" file)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${file}_suites.cmake")
  list(JOIN ARGN " " properties)
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:${name}>" "-DOUTPUT=${output}"
      "-DFILTER=${filter}" "-DPROPERTIES=${properties}" "-DNAME_SUFFIX=${suffix}"
      "-DEMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR}"
      -P "${PROJECT_SOURCE_DIR}/cmake/add_suites.cmake"
    BYPRODUCTS "${output}"
    VERBATIM)
  # Until it is built, ctest shall say that it is not.
  file(GENERATE OUTPUT "${output}.include" CONTENT
    "if(EXISTS \"${output}\")\n  include(\"${output}\")\nelse()\n  add_test(${file}_NOT_BUILT ${file}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${output}.include")
endfunction()
