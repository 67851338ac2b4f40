# Warnings and sanitizers, per target of ours; generated code gets sanitizers only.
function(dino_sanitize target)
  if(DINO_SANITIZE)
    # Not `vptr`: it opens files to look at objects, and there are tests without a descriptor left.
    target_compile_options(${target} PRIVATE -fsanitize=${DINO_SANITIZE} -fno-sanitize=vptr
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${DINO_SANITIZE})
  endif()
  if(DINO_SANITIZE MATCHES address AND CMAKE_CXX_COMPILER_ID STREQUAL GNU
      AND absl_VERSION VERSION_GREATER_EQUAL 20240116)
    # The first leaves out a member of abseil's containers under sanitizers, which Debian's library does
    # not know of. With any of the three checks, GCC (bug 71962) does not see that a function's address
    # is not null, which abseil asks at compile time; a null pointer that is used still ends in a report.
    target_compile_options(${target} PRIVATE -DNDEBUG_SANITIZER
      -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/asan_options.cc)
    endif()
  endif()
  if(DINO_SANITIZE MATCHES thread)
    # Protobuf's headers give a class one member more when they see this, which the classes in
    # Debian's library do not have.
    target_compile_options(${target} PRIVATE -U__SANITIZE_THREAD__)
  endif()
endfunction()

function(dino_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wold-style-cast -Wcast-qual $<$<BOOL:${DINO_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  dino_sanitize(${target})
endfunction()

# dino_library(name SOURCES a.cc ... LINK lib ...) makes the static library dino_name,
# known to others as dino::name.
function(dino_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  add_library(dino_${name} STATIC ${arg_SOURCES})
  add_library(dino::${name} ALIAS dino_${name})
  target_link_libraries(dino_${name} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  dino_compile_options(dino_${name})
endfunction()

# Compiles these headers once for all files of a target. Not for clang: clang-tidy shall see whether a
# file includes what it uses.
function(dino_precompile target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    # What ccache needs to know such files again, beside CCACHE_SLOPPINESS in the presets.
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# dino_test(name [GRPC] [UNITY] [TIMEOUT seconds] [LABEL label] SOURCES a_test.cc ... LINK lib ...
# [COMPUTING Suite.* ...]) makes one test program and registers each of its tests. `GRPC`: most of its
# files include gRPC. `UNITY`: its files may be compiled as one in presets that do so, as they define
# no name twice. `COMPUTING`: these tests need processors rather than time: ctest runs few of them side
# by side (each takes 12 of the places that tests/run.sh gives it), and begins with them.
function(dino_test name)
  cmake_parse_arguments(arg "GRPC;UNITY" "TIMEOUT;LABEL" "SOURCES;LINK;COMPUTING" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(NOT arg_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main)
  dino_compile_options(${name})
  dino_precompile(${name} <gmock/gmock.h> <gtest/gtest.h>)
  if(arg_GRPC)
    dino_precompile(${name} <grpcpp/grpcpp.h> <dino/events/v1/event_publisher_service.grpc.pb.h>)
  endif()
  dino_discover(${name} ${arg_TIMEOUT} "${arg_COMPUTING}" "${arg_LABEL}")
endfunction()

# Registers the tests of a program.
function(dino_discover name timeout computing label)
  # The names of tests say enough; the values of their parameters may hold any bytes.
  set(all NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60)
  set(properties TIMEOUT ${timeout})
  if(label)
    list(APPEND properties LABELS ${label})
  endif()
  if(NOT computing)
    gtest_discover_tests(${name} ${all} PROPERTIES ${properties})
    return()
  endif()
  list(JOIN computing ":" suites)
  gtest_discover_tests(${name} ${all} TEST_FILTER ${suites}
    PROPERTIES ${properties} PROCESSORS 12 COST 100)
  gtest_discover_tests(${name} ${all} TEST_FILTER "-${suites}" PROPERTIES ${properties})
endfunction()
