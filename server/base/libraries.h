#ifndef DINO_SERVER_BASE_LIBRARIES_H_
#define DINO_SERVER_BASE_LIBRARIES_H_

// Which generation of gRPC, protobuf and abseil this is built with, for the few places that must
// differ: 1 for gRPC 1.83 with protobuf 36 (Debian experimental), 0 for gRPC 1.51 with protobuf
// 3.21 (Debian 12, 13), which had a log of its own, and only then this header.
#if __has_include(<google/protobuf/stubs/logging.h>)
#define DINO_CURRENT_GRPC 0
#else
#define DINO_CURRENT_GRPC 1
#endif

#endif  // DINO_SERVER_BASE_LIBRARIES_H_
