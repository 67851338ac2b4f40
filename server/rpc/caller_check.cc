#include "server/rpc/caller_check.h"

#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "server/auth/api_key.h"
#include "server/rpc/errors.h"

namespace dino::rpc {
namespace {

constexpr std::string_view kScheme = "Bearer ";

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
                         std::string_view method, std::shared_ptr<const auth::Caller>& caller) {
  if (shared.callers == nullptr) return grpc::Status::OK;
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range("authorization");
  if (first == last || std::next(first) != last) {
    return Unauthenticated("the metadata must hold one authorization: Bearer and an API key");
  }
  const auto key = BearerKey({first->second.data(), first->second.size()});
  if (!key.has_value()) {
    return Unauthenticated("the metadata's authorization must be Bearer and an API key");
  }
  caller = shared.callers->Find(*key);
  if (caller == nullptr) return Unauthenticated("the API key is not known");
  const std::string why_not = caller->WhyNot(method);
  return why_not.empty() ? grpc::Status::OK : NotAllowed(why_not);
}

}  // namespace dino::rpc
