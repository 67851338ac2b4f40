#ifndef DINO_TESTS_SYSTEM_TLS_CALLER_H_
#define DINO_TESTS_SYSTEM_TLS_CALLER_H_

#include <grpc/grpc_security.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/auth_context.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/http2/own_connection.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/patience.h"
#include "tests/system/requests.h"

namespace dino::testing {

// Credentials that trust certificates of `authority` and present `certificate`, if any.
inline std::shared_ptr<grpc::ChannelCredentials> TlsChannel(
    const CertificateAuthority& authority, const CertificateFiles& certificate = {}) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ContentOf(authority.certificate());
  if (!certificate.key.empty()) {
    options.pem_private_key = ContentOf(certificate.key);
    options.pem_cert_chain = ContentOf(certificate.certificate);
  }
  return grpc::SslCredentials(options);
}

// A backend that uses TLS and has its own connection; `sessions`, if any, lets it resume sessions
// of earlier ones. Thread-safe.
class TlsCaller {
 public:
  TlsCaller(const std::string& address, const CertificateAuthority& authority,
            const CertificateFiles& certificate = {}, grpc_ssl_session_cache* sessions = nullptr) {
    grpc::ChannelArguments arguments;
    if (sessions != nullptr) {
      const grpc_arg argument = grpc_ssl_session_cache_create_channel_arg(sessions);
      arguments.SetPointerWithVtable(argument.key, argument.value.pointer.p,
                                     argument.value.pointer.vtable);
    }
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
    stub_ = dino::events::v1::EventPublisherService::NewStub(
        ChannelWithOwnConnection(address, TlsChannel(authority, certificate), arguments));
  }

  struct Published {
    grpc::Status status;
    dino::events::v1::Delivery delivery;
  };
  // Publishes a message to one user, with an idempotency key.
  Published PublishWithKey(const std::string& idempotency_key) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    auto request = MessageRequest({1}, "by TLS");
    request.mutable_options()->set_idempotency_key(idempotency_key);
    dino::events::v1::PublishMessageResponse response;
    grpc::Status status = stub_->PublishMessage(&context, request, &response);
    return {std::move(status), response.delivery()};
  }

  // Publishes a message to one user; sends `key`, if any, and this metadata.
  grpc::Status Publish(const std::string& key = "",
                       const std::map<std::string, std::string>& metadata = {}) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    dino::events::v1::PublishMessageResponse response;
    grpc::Status status = stub_->PublishMessage(&context, MessageRequest({1}, "by TLS"), &response);
    if (status.ok()) {
      const auto reused =
          context.auth_context()->FindPropertyValues(GRPC_SSL_SESSION_REUSED_PROPERTY);
      resumed_ = reused.size() == 1 && reused.front() == "true";
    }
    return status;
  }

  // Whether the last successful call's connection has resumed a session.
  bool resumed() const { return resumed_; }

 private:
  std::atomic<bool> resumed_{false};
  std::unique_ptr<dino::events::v1::EventPublisherService::Stub> stub_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_TLS_CALLER_H_
