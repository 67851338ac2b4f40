#include "server/rpc/caller_check.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "server/auth/key_file.h"
#include "server/rpc/errors.h"

namespace dino::rpc {
namespace {

constexpr std::string_view kScheme = "Bearer ";

grpc::Status FindKey(const grpc::ServerContextBase& context, auth::Credentials& credentials) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range("authorization");
  if (first == last) return grpc::Status::OK;
  if (std::next(first) == last) {
    credentials.api_key = BearerKey({first->second.data(), first->second.size()});
  }
  if (credentials.api_key.has_value()) return grpc::Status::OK;
  return Unauthenticated("the metadata's authorization must be one, Bearer and an API key");
}

void FindCertificate(const grpc::AuthContext& connection, auth::Credentials& credentials) {
  const auto found = connection.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (found.size() != 1) return;
  credentials.certificate = std::string_view(found.front().data(), found.front().size());
}

}  // namespace

std::optional<std::string_view> BearerKey(std::string_view authorization) {
  if (!absl::StartsWithIgnoreCase({authorization.data(), authorization.size()},
                                  {kScheme.data(), kScheme.size()})) {
    return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  if (!auth::CheckKey(authorization).ok()) return std::nullopt;
  return authorization;
}

grpc::Status CheckCaller(const PublishContext& shared, const grpc::ServerContextBase& context,
                         CallOrigin& origin) {
  if (shared.authenticator == nullptr) return grpc::Status::OK;
  auth::Credentials credentials;
  if (shared.authenticator->takes_keys()) {
    grpc::Status status = FindKey(context, credentials);
    if (!status.ok()) return status;
  }
  // Holds what `credentials` refers to.
  std::shared_ptr<const grpc::AuthContext> connection;
  if (shared.authenticator->takes_certificates()) {
    connection = context.auth_context();
    FindCertificate(*connection, credentials);
  }
  auto identified = shared.authenticator->Identify(credentials);
  if (!identified.ok()) return Unauthenticated(std::string(identified.status().message()));
  origin.caller = *std::move(identified);
  const std::string why_not = origin.caller->WhyNot(origin.method);
  return why_not.empty() ? grpc::Status::OK : NotAllowed(why_not);
}

}  // namespace dino::rpc
