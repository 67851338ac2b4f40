// The bytes of a request: the first one says of which kind, or that it is a batch of events.
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>

#include "server/event/kinds.h"
#include "server/event/request_parser.h"
#include "server/event/request_scan.h"
#include "tests/fuzz/event_json.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

namespace v1 = events::v1;

// Few enough that an input can go beyond them.
constexpr event::Limits kLimits = {8, 64, 4};

// Much more than an input can take.
constexpr std::size_t kMaxParsedBytes = std::size_t{1} << 30;

void RequireExplained(const event::Violations& violations) {
  Require(violations.total() >= violations.listed().size(), "violations are counted");
  Require(!violations.Summary().empty(), "a refusal says why");
  RequirePrintable(violations.Summary());
  for (const event::Violation& violation : violations.listed()) {
    Require(!violation.field.empty() && !violation.description.empty(), "a violation has words");
    RequirePrintable(violation.field);
    RequirePrintable(violation.description);
  }
}

void RequireRecipients(const event::Recipients& recipients) {
  const std::size_t count = recipients.user_ids.size() + recipients.topics.size();
  Require(count > 0 && count <= kLimits.max_recipients, "there are recipients, and not too many");
  Require(recipients.user_ids.empty() || recipients.topics.empty(), "they are users or topics");
  const std::unordered_set<std::int64_t> users(recipients.user_ids.begin(),
                                               recipients.user_ids.end());
  const std::unordered_set<std::string> topics(recipients.topics.begin(), recipients.topics.end());
  Require(users.size() + topics.size() == count, "each appears once");
  for (const std::int64_t user : users) Require(user > 0 && user < 1LL << 53, "users have IDs");
}

// The message that says what happened.
const google::protobuf::Message& EventOf(const google::protobuf::Message& request) {
  return request.GetReflection()->GetMessage(request,
                                             request.GetDescriptor()->FindFieldByNumber(1));
}

template <typename Request>
void Publish(const Request& request) {
  const event::Violations violations = event::Validate(request, kLimits);
  if (!violations.empty()) return RequireExplained(violations);
  const std::string json = event::EventJson(request);
  if constexpr (std::is_same_v<Request, v1::PublishCustomRequest>) {
    ParseObject(json);
  } else {
    RequireJsonOf(EventOf(request), event::EventType(request), json);
  }
  Request again;
  Require(again.ParseFromString(request.SerializeAsString()), "a request is read again");
  Require(event::EventJson(again) == json, "the same request has the same JSON");
  RequireRecipients(event::RecipientsOf(request));
}

bool Parse(std::string_view bytes, google::protobuf::Message& request) {
  event::Violations violations;
  const bool parsed = event::ParseRequest(bytes, kMaxParsedBytes, request, violations);
  Require(parsed == violations.empty(), "only what cannot be read has violations");
  if (!parsed) RequireExplained(violations);
  event::Violations found;
  event::RequestScan(kMaxParsedBytes, found).Run(bytes, *request.GetDescriptor());
  Require(!parsed || found.empty(), "the scan finds nothing wrong with what protobuf reads");
  return parsed;
}

template <typename Request>
void PublishBytes(std::string_view bytes) {
  Request request;
  if (Parse(bytes, request)) Publish(request);
}

void PublishAny(const v1::EventRequest& request) {
  switch (request.request_case()) {
#define DINO_PUBLISH(name, Name)  \
  case v1::EventRequest::k##Name: \
    return Publish(request.name());
    DINO_EVENT_KINDS(DINO_PUBLISH)
#undef DINO_PUBLISH
    case v1::EventRequest::REQUEST_NOT_SET:
      return;
  }
}

void PublishBatch(std::string_view bytes) {
  v1::PublishBatchRequest request;
  if (!Parse(bytes, request)) return;
  for (const v1::EventRequest& event : request.events()) PublishAny(event);
}

}  // namespace

void FuzzRequest(std::string_view bytes) {
  Input input(bytes);
  using Function = void (*)(std::string_view);
#define DINO_PUBLISH_BYTES(name, Name) PublishBytes<v1::Publish##Name##Request>,
  static constexpr Function kKinds[] = {DINO_EVENT_KINDS(DINO_PUBLISH_BYTES) PublishBatch};
#undef DINO_PUBLISH_BYTES
  const std::size_t kind = input.Below(std::size(kKinds));
  kKinds[kind](input.Rest());
}

}  // namespace dino::fuzz
