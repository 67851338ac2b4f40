#ifndef DINO_SERVER_GRPC_TLS_CREDENTIALS_H_
#define DINO_SERVER_GRPC_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/tls/server_tls.h"

namespace dino::transport {

// Speaks TLS 1.2 or newer, at each handshake with what `tls` holds then. Clients must show a
// certificate if `tls` wants them to.
//
// REQUIRES: `tls` has started, and outlives the server.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const tls::ServerTls& tls);

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_TLS_CREDENTIALS_H_
