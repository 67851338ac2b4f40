# The packages the build takes from the system. Each is linked by one folder only; see
# that folder's CMakeLists.txt.
find_package(Threads REQUIRED)
# Newer ones are linked with libraries that only their own CMake package names; older ones of Debian
# come without such a package.
find_package(Protobuf CONFIG QUIET)
if(NOT Protobuf_FOUND)
  find_package(Protobuf REQUIRED)
endif()
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(mosquitto REQUIRED IMPORTED_TARGET libmosquitto)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
# Not its CMake package, which requires libraries that we do not use.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/writer.h REQUIRED)
# google/rpc/*.proto, the standard error details.
find_path(GOOGLEAPIS_DIR google/rpc/error_details.proto REQUIRED
  PATHS /usr/share/gocode/src/github.com/gogo/googleapis)
# grpc/health/v1/health.proto and grpc/reflection/v1alpha/reflection.proto: later than Debian 12 there
# is no grpc-proto, but both come with the Go code generated from them.
set(go_grpc /usr/share/gocode/src/google.golang.org/grpc)
find_path(GRPC_PROTO_DIR grpc/reflection/v1alpha/reflection.proto REQUIRED
  PATHS /usr/share/grpc-proto ${go_grpc}/debian/missing-sources/grpc/grpc-proto/master)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
if(DINO_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
