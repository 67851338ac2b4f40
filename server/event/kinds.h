#ifndef DINO_SERVER_EVENT_KINDS_H_
#define DINO_SERVER_EVENT_KINDS_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "server/event/kind_list.h"
#include "server/event/limits.h"
#include "server/event/messages.h"
#include "server/event/recipients.h"
#include "server/event/violations.h"

// The kinds of events. Each is one file in kinds/, named after its `event_type` and its field in
// `EventRequest`: kinds/delete_message.cc defines PublishDeleteMessage. Everything that depends on
// the kind is generated from the list of these files.

namespace dino::event {

// What the type of a request says about its kind of event:
//
//   kName    the `event_type`, also in logs and metrics; "custom" for those that callers define
//   kMethod  the RPC, without its service
template <typename Request>
struct Kind;

// Each file defines for its request:
//
// Validate: finds all violations of the rules that the API states at each field; if there are none,
// the event may be published. Takes time linear in the request's size. Its memory is bounded by
// `limits` and the number of overlays; a valid request of at most `max_recipients` entries without
// overlays needs none.
// REQUIRES: the request was parsed, so that its strings are UTF-8.
//
// EventJson: writes the bytes that every subscriber receives. Compact UTF-8 with the keys in a
// fixed order. Times are seconds since the epoch with one to six decimals; the rest is truncated.
// REQUIRES: `Validate` found nothing wrong with the request.
//
// RecipientsOf: the recipients of the event.
// REQUIRES: `Validate` found nothing wrong with the request.
#define DINO_DECLARE_KIND(name, Name)                                                   \
  Violations Validate(const v1::Publish##Name##Request& request, const Limits& limits); \
  std::string EventJson(const v1::Publish##Name##Request& request);                     \
  Recipients RecipientsOf(const v1::Publish##Name##Request& request);                   \
  template <>                                                                           \
  struct Kind<v1::Publish##Name##Request> {                                             \
    static constexpr std::string_view kName = #name;                                    \
    static constexpr std::string_view kMethod = "Publish" #Name;                        \
  };
DINO_EVENT_KINDS(DINO_DECLARE_KIND)
#undef DINO_DECLARE_KIND

// The names of all kinds.
#define DINO_KIND_NAME(name, Name) std::string_view(#name),
inline constexpr std::array kEventKinds = {DINO_EVENT_KINDS(DINO_KIND_NAME)};
#undef DINO_KIND_NAME

// The index of a kind in `kEventKinds`; its size if there is no such kind.
constexpr std::size_t IndexOfKind(std::string_view name) {
  std::size_t index = 0;
  while (index < kEventKinds.size() && kEventKinds[index] != name) ++index;
  return index;
}

// The same for the type of a request.
template <typename Request>
inline constexpr std::size_t kKindIndex = IndexOfKind(Kind<Request>::kName);

// The `event_type` of a request's event.
template <typename Request>
constexpr std::string_view EventType(const Request& /*request*/) {
  return Kind<Request>::kName;
}
// The caller's own; valid as long as the request.
std::string_view EventType(const v1::PublishCustomRequest& request);

// True if a typed request has this `event_type`.
bool IsTypedEvent(std::string_view event_type);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_KINDS_H_
