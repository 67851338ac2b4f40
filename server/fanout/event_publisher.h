#ifndef DINO_SERVER_FANOUT_EVENT_PUBLISHER_H_
#define DINO_SERVER_FANOUT_EVENT_PUBLISHER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "server/fanout/call_result.h"
#include "server/fanout/event.h"

namespace dino::fanout {

// Why an event is refused: nothing of it is published.
enum class Refusal : std::uint8_t {
  kUnreachable,  // No session is connected.
  kOverloaded,   // Too much is pending.
  kKeyReused,    // The idempotency key belongs to another event.
  kResumeToken,  // The resume token is damaged, or belongs to another event.
};

// An event on its way, as its caller holds it to stop it.
class PublishedEvent {
 public:
  PublishedEvent() = default;
  PublishedEvent(const PublishedEvent&) = delete;
  PublishedEvent& operator=(const PublishedEvent&) = delete;
  virtual ~PublishedEvent() = default;
};

// Publishes events to their recipients. Thread-safe.
class EventPublisher {
 public:
  using Result = std::variant<Refusal, CallResult>;
  using DoneFunction = std::function<void(const Result&)>;

  virtual ~EventPublisher() = default;

  // Publishes an event to those of its recipients that earlier attempts have not reached. `done` is
  // called once, possibly before this returns, possibly on another thread. May return null if it
  // was called.
  virtual std::shared_ptr<PublishedEvent> Publish(Event event, DoneFunction done) = 0;

  // Ends an event of this publisher early; `done` follows soon. Does nothing if it has ended.
  virtual void Stop(const std::shared_ptr<PublishedEvent>& event) = 0;

  // Why `Publish` would refuse such an event now; none if it would not.
  virtual std::optional<Refusal> WouldRefuse(const Event& event) = 0;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_PUBLISHER_H_
