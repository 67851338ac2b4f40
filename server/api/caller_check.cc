#include "server/api/caller_check.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "server/api/errors.h"
#include "server/auth/key_file.h"
#include "server/event/kinds.h"

namespace dino::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

grpc::Status FindKey(const transport::Call& call, auth::Credentials& credentials) {
  const transport::MetadataValues values = call.Metadata("authorization");
  if (values.empty()) return grpc::Status::OK;
  if (values.size() == 1) credentials.api_key = BearerKey(values.front());
  if (credentials.api_key.has_value()) return grpc::Status::OK;
  return Unauthenticated(
      "the metadata must have one authorization entry: Bearer and an API key, which has 16 to 512 "
      "visible ASCII characters");
}

// What a trusted proxy forwards. Its own certificate, if it shows one, is not its callers'.
grpc::Status FindForwarded(const auth::Authenticator& authenticator, const transport::Call& call,
                           auth::Credentials& credentials) {
  const std::string& header = authenticator.caller_header();
  const transport::MetadataValues values = call.Metadata(header);
  if (values.size() > 1) return Unauthenticated("the proxy has sent more than one " + header);
  if (!values.empty() && !values.front().empty()) credentials.forwarded = values.front();
  return grpc::Status::OK;
}

void FindShown(const auth::Authenticator& authenticator, const transport::Call& call,
               auth::Credentials& credentials) {
  const std::string& header = authenticator.caller_header();
  if (!header.empty() && !call.Metadata(header).empty()) {
    authenticator.NoteIgnoredHeader(call.Peer());
  }
  if (authenticator.takes_certificates()) credentials.certificate = call.Certificate();
  if (authenticator.checks_revocations()) credentials.chain = call.CertificateChain();
}

// Returns OK, or what is wrong with what the caller has shown.
grpc::Status Find(const auth::Authenticator& authenticator, transport::Call& call,
                  CallOrigin& origin) {
  auth::Credentials credentials;
  grpc::Status status;
  if (authenticator.takes_keys()) status = FindKey(call, credentials);
  if (call.through_proxy() && !authenticator.caller_header().empty()) {
    if (status.ok()) status = FindForwarded(authenticator, call, credentials);
  } else {
    FindShown(authenticator, call, credentials);
  }
  if (!status.ok()) return status;
  auto identified = authenticator.Identify(credentials);
  if (!identified.ok()) return Unauthenticated(std::string(identified.status().message()));
  origin.caller = *std::move(identified);
  call.NoteKnown();
  return grpc::Status::OK;
}

grpc::Status AnswerOf(const std::string& why_not) {
  return why_not.empty() ? grpc::Status::OK : NotAllowed(why_not);
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

grpc::Status IdentifyCaller(const PublishContext& shared, transport::Call& call,
                            CallOrigin& origin) {
  if (shared.authenticator != nullptr) {
    grpc::Status known = Find(*shared.authenticator, call, origin);
    if (!known.ok()) return known;
  }
  // No name begins like that; with an address of IPv6 it needs no memory of its own.
  origin.network = origin.caller_name().empty() ? "net " + call.Network() : std::string();
  return grpc::Status::OK;
}

grpc::Status CheckCaller(const PublishContext& shared, transport::Call& call, CallOrigin& origin,
                         std::size_t kind) {
  grpc::Status known = IdentifyCaller(shared, call, origin);
  if (!known.ok() || origin.caller == nullptr) return known;
  std::string why_not = origin.caller->WhyNot(origin.method);
  if (why_not.empty() && kind < event::kEventKinds.size() &&
      event::IsTypedEvent(event::kEventKinds[kind])) {
    why_not = origin.caller->WhyNotType(event::kEventKinds[kind]);
  }
  return AnswerOf(why_not);
}

grpc::Status CheckRights(const auth::Caller& caller, const EventDraft& draft) {
  std::string why_not = caller.WhyNot(draft.method);
  if (why_not.empty()) why_not = caller.WhyNotType(draft.event.type);
  if (why_not.empty()) why_not = caller.WhyNotTopics(draft.event.recipients.topics());
  if (why_not.empty()) why_not = caller.WhyNotUsers(draft.event.recipients.user_ids());
  return AnswerOf(why_not);
}

}  // namespace dino::api
