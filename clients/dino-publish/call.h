#ifndef DINO_CLIENTS_DINO_PUBLISH_CALL_H_
#define DINO_CLIENTS_DINO_PUBLISH_CALL_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>

namespace dino::publish_client {

// The files of TLS, as PEM text.
struct TlsFiles {
  std::string ca;
  // Empty for none.
  std::string certificate;
  std::string key;
};

// One unary call: where to, what, and how long it may take.
struct Call {
  std::string address;
  std::string path;
  // The request's bytes.
  std::string request;
  std::chrono::milliseconds timeout{};
  // None: no TLS.
  std::optional<TlsFiles> tls;
  // Empty for none.
  std::string api_key;
  std::string traceparent;
};

// Makes the call, without a proxy, and waits for it to end. If it is OK, `response` has the bytes
// of the response.
grpc::Status MakeCall(const Call& call, std::string& response);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_CALL_H_
