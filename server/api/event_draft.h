#ifndef DINO_SERVER_API_EVENT_DRAFT_H_
#define DINO_SERVER_API_EVENT_DRAFT_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/errors.h"
#include "server/event/kinds.h"
#include "server/fanout/event.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

// What a request asks for, before it is known when it must be answered. The request outlives it.
struct EventDraft {
  // The method of such events' own RPC.
  std::string_view method;
  fanout::Event event;
  std::string_view idempotency_key;
  // What the answer to an earlier attempt gave; empty for none.
  std::string_view resume_token;
  v1::ResultDetail result_detail = v1::RESULT_DETAIL_UNSPECIFIED;
  bool validate_only = false;
};

void SetRecipients(event::Recipients recipients, fanout::Event& event);
// What the JSON of its overlays takes.
std::size_t OverlayBytes(const fanout::Event& event);
// What the largest answer takes that its detail leads to.
std::size_t AnswerBytes(const EventDraft& draft);
void SetOptions(const v1::PublishOptions& options, EventDraft& draft);

// Drafts the event of a request; or returns what is wrong with it.
template <typename Request>
std::variant<EventDraft, grpc::Status> DraftOf(const Request& request, std::size_t request_bytes,
                                               const event::Limits& limits) {
  const event::Violations violations = event::Validate(request, limits);
  if (!violations.empty()) return InvalidFields(violations);
  EventDraft draft;
  draft.method = event::Kind<Request>::kMethod;
  draft.event.kind = event::kKindIndex<Request>;
  draft.event.type = std::string(event::EventType(request));
  draft.event.json = event::EventJson(request);
  SetRecipients(event::RecipientsOf(request), draft.event);
  SetOptions(request.options(), draft);
  draft.event.content_bytes =
      request_bytes + draft.event.json.size() + OverlayBytes(draft.event) + AnswerBytes(draft);
  return draft;
}

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_DRAFT_H_
