#ifndef DINO_SERVER_FANOUT_KEYED_CALL_H_
#define DINO_SERVER_FANOUT_KEYED_CALL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/clock.h"
#include "server/fanout/admission.h"
#include "server/fanout/call_result.h"
#include "server/fanout/completion_ledger.h"
#include "server/fanout/event.h"
#include "server/fanout/event_batch.h"

namespace dino::fanout {

// What a call with an idempotency key ends with.
using KeyedResult = std::variant<Refusal, CallResult>;

// A call with an idempotency key, from `KeyedCalls::Publish` until its result.
//
// Others hold it only to stop it.
class KeyedCall {
 public:
  using DoneFunction = std::function<void(const KeyedResult&)>;

  KeyedCall(Event& event, std::size_t request_bytes, DoneFunction done)
      : traceparent_(std::move(event.traceparent)),
        accepted_at_(event.accepted_at),
        expiry_(event.expiry),
        deadline_(event.deadline),
        lane_(event.lane),
        request_bytes_(request_bytes),
        done_(std::move(done)) {}

 private:
  friend class KeyedCalls;

  enum class State {
    kPublishing,  // Its batch is being published.
    kJoined,      // It waits for another call's batch.
    kEnded,       // Its result is known.
  };

  // What may differ between calls with the same key.
  const std::string traceparent_;
  const Clock::time_point accepted_at_;
  const std::optional<std::chrono::seconds> expiry_;
  const Clock::time_point deadline_;
  const std::uint64_t lane_;
  const std::size_t request_bytes_;
  const DoneFunction done_;

  // Everything below is guarded by the mutex of `KeyedCalls`.
  State state_ = State::kEnded;
  std::shared_ptr<KeyedRun> run_;
  // Set while it publishes, once `Fanout::Publish` has returned it.
  std::shared_ptr<EventBatch> batch_;
  bool stop_requested_ = false;
  // While it is joined.
  std::list<std::shared_ptr<KeyedCall>>::iterator place_;
  std::optional<Admission::Ticket> room_;
};

// An event with an idempotency key while it is published, possibly by one call after another.
struct KeyedRun {
  const std::string event_id;
  const std::string type;
  const std::size_t kind;
  const mqtt::Qos qos;
  // All of them, in the order of the request.
  const Recipients recipients;
  const std::shared_ptr<const Overlays> overlays;

  // Guarded by the mutex of `KeyedCalls`.
  CompletionRecord* record = nullptr;
  // The waiting calls, in order of arrival.
  std::list<std::shared_ptr<KeyedCall>> joined;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_CALL_H_
