#ifndef DINO_SERVER_RPC_LIBRARY_LOG_H_
#define DINO_SERVER_RPC_LIBRARY_LOG_H_

namespace dino::rpc {

// Makes the errors that gRPC prints part of our log, and stops what gRPC and protobuf would
// print beside: it may repeat what a caller sent. For the whole process.
void CaptureLibraryLogs();

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_LIBRARY_LOG_H_
