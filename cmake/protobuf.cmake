# Everything that is generated, and not compiled.
add_custom_target(generated)

# dino_protobuf(target ROOT dir [GRPC] [IMPORT dir] PROTOS a.proto ...) generates C++ from
# `PROTOS` (paths below `ROOT`), which may import from `IMPORT`, and makes the static library
# `target`.
function(dino_protobuf target)
  cmake_parse_arguments(arg "GRPC" "ROOT;IMPORT" "PROTOS;LINK" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  set(import)
  if(arg_IMPORT)
    set(import -I ${arg_IMPORT})
  endif()
  foreach(proto ${arg_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(files ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(plugin)
    if(arg_GRPC)
      list(APPEND files ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      set(plugin --grpc_out=${out} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
    endif()
    add_custom_command(
      OUTPUT ${files}
      COMMAND protobuf::protoc -I ${arg_ROOT} ${import} --cpp_out=${out} ${plugin} ${proto}
      DEPENDS ${arg_ROOT}/${proto}
      VERBATIM)
    list(APPEND sources ${files})
  endforeach()
  add_custom_target(${target}_sources DEPENDS ${sources})
  add_dependencies(generated ${target}_sources)
  add_library(${target} STATIC ${sources})
  # Newer protobuf's code defines the same names in each file.
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${arg_LINK})
  dino_sanitize(${target})
endfunction()
