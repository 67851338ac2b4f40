#ifndef DINO_SERVER_GRPC_LIBRARY_H_
#define DINO_SERVER_GRPC_LIBRARY_H_

#include <cstdint>
#include <string>

namespace dino::transport {

// Sets gRPC and protobuf up for the whole process. Call it once, before anything else of gRPC.
//
// Errors that gRPC prints become part of our log, at most one a second; what gRPC and protobuf
// would print beside is dropped: it may repeat what a caller sent. gRPC stays initialized until the
// process ends, because its shutdown may wait 10 s for a poller that has nothing to do.
void PrepareLibrary();

// How many errors gRPC has reported.
std::uint64_t LibraryErrors();

// The version of gRPC: `1.83.0`.
std::string LibraryVersion();

// False if strangers can slow a server down with it, because it lacks fixes (SECURITY.md).
bool LibraryResistsStrangers();

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_LIBRARY_H_
