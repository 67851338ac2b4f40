#ifndef DINO_SERVER_RPC_EVENT_DRAFT_H_
#define DINO_SERVER_RPC_EVENT_DRAFT_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/event/event_json.h"
#include "server/event/event_traits.h"
#include "server/event/limits.h"
#include "server/event/validation.h"
#include "server/fanout/event.h"
#include "server/rpc/errors.h"

namespace dino::rpc {

namespace v1 = ::dino::events::v1;

// What a request asks for, before it is known when it must be answered.
struct EventDraft {
  // The method of such events' own RPC.
  std::string_view method;
  fanout::Event event;
  std::string idempotency_key;
  v1::ResultDetail result_detail = v1::RESULT_DETAIL_UNSPECIFIED;
  bool validate_only = false;
  // What the request takes in memory beside its recipients.
  std::size_t request_bytes = 0;
};

// The place in `event::kEventKinds` of the events of a kind of request.
template <typename Request>
std::size_t KindOf() {
  static const std::size_t kind =
      event::IndexOfKind(std::is_same_v<Request, v1::PublishCustomRequest>
                             ? "custom"
                             : event::EventType(Request::default_instance()));
  return kind;
}

// The RPC that takes a kind of request.
template <typename Request>
std::string_view MethodOf() {
  std::string_view name = Request::descriptor()->name();
  constexpr std::string_view kSuffix = "Request";
  name.remove_suffix(kSuffix.size());
  return name;
}

template <typename Request>
fanout::Recipients RecipientsOf(const Request& request) {
  if constexpr (std::is_same_v<Request, v1::PublishCustomRequest>) {
    if (request.user_ids().empty()) return fanout::Recipients::OfTopics(event::Topics(request));
  }
  return event::Recipients(request);
}

template <typename Request>
std::shared_ptr<const fanout::Overlays> OverlaysOf(const Request& request) {
  if constexpr (std::is_same_v<Request, v1::PublishCustomRequest>) {
    if (!request.overlays().empty()) {
      return std::make_shared<const fanout::Overlays>(event::OverlayMembers(request));
    }
  }
  return nullptr;
}

// Holds a request against all rules and drafts its event; or says what is wrong with it.
template <typename Request>
std::variant<EventDraft, grpc::Status> DraftOf(const Request& request, std::size_t request_bytes,
                                               const event::Limits& limits) {
  const event::Violations violations = event::Validate(request, limits);
  if (!violations.empty()) return InvalidFields(violations);
  const v1::PublishOptions& options = request.options();
  EventDraft draft;
  draft.method = MethodOf<Request>();
  draft.event.kind = KindOf<Request>();
  draft.event.type = std::string(event::EventType(request));
  draft.event.json = event::EventJson(request);
  draft.event.recipients = RecipientsOf(request);
  draft.event.overlays = OverlaysOf(request);
  draft.event.qos =
      options.qos() == v1::QOS_AT_MOST_ONCE ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
  if (options.has_expiry()) {
    draft.event.expiry = std::chrono::seconds(event::ExpirySeconds(options.expiry()));
  }
  draft.idempotency_key = options.idempotency_key();
  draft.result_detail = options.result_detail();
  draft.validate_only = options.validate_only();
  draft.request_bytes = request_bytes;
  return draft;
}

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_EVENT_DRAFT_H_
