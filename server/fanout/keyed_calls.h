#ifndef DINO_SERVER_FANOUT_KEYED_CALLS_H_
#define DINO_SERVER_FANOUT_KEYED_CALLS_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/fanout/admission.h"
#include "server/fanout/completion_ledger.h"
#include "server/fanout/keyed_call.h"

namespace dino::fanout {

class Fanout;

struct IdempotencyOptions {
  // How many events are remembered, and for how long after their last call.
  std::size_t entries = 100000;
  Clock::duration window = std::chrono::minutes(10);
};

// Publishes events with an idempotency key. Calls with the same key complete one event: nothing is
// published again to acknowledged recipients.
//
//  - The first call publishes. One that arrives meanwhile joins it: it publishes nothing and gets
//    the same result.
//  - If the publishing call runs out of time, is stopped, or finds the broker unreachable or busy,
//    the first joined call with time left takes over the missing recipients. A joined call that
//    runs out of time or is stopped ends alone.
//  - A later call publishes to the recipients not acknowledged yet, and counts all. If there are
//    none, it ends at once, even without a broker.
//  - A call with another event is refused, as is one without room. A joined call takes room for its
//    request only, a publishing one for what it publishes.
//
// Keys are forgotten in the end (see `CompletionLedger`); the next call is then a first one, and
// publishes to all. Thread-safe. Owned by the `Fanout` it publishes through.
class KeyedCalls {
 public:
  KeyedCalls(Fanout& fanout, Admission& admission, const IdempotencyOptions& options);

  // Publishes `event` to the recipients not acknowledged yet. Its ID is derived from the key.
  // `request_bytes` is the memory of the event beside its recipients. `done` is called once,
  // possibly before this returns, possibly on another thread.
  std::shared_ptr<KeyedCall> Publish(std::string_view key, Event event, std::size_t request_bytes,
                                     KeyedCall::DoneFunction done);

  // Why `Publish` would refuse such a call now; none if it would not.
  std::optional<Refusal> WouldRefuse(std::string_view key, const Event& event,
                                     std::size_t request_bytes);

  // Ends a call early; `done` follows soon. Does nothing if it has ended.
  void Stop(const std::shared_ptr<KeyedCall>& call);

  // How many calls wait for a publishing one.
  std::size_t joined_count() const;

 private:
  using Call = std::shared_ptr<KeyedCall>;

  // A `CallResult` that owns its parts, for one or more calls.
  struct StoredResult {
    std::shared_ptr<const KeyedRun> run;
    std::shared_ptr<const std::vector<mqtt::PublicationOutcome>> outcomes;
    ResultSummary summary;
    bool replayed = false;
  };
  struct Finished {
    Call call;
    std::variant<Refusal, StoredResult> result;
  };
  struct Launch {
    Call call;
    Admission::Ticket ticket;
    Event event;
  };
  // What to do once the mutex is released.
  struct Consequences {
    std::vector<Finished> finished;
    std::optional<Launch> launch;
  };

  void Do(Consequences consequences);
  void Start(Launch launch);
  void OnBatchEnded(const Call& call, const EventBatch& batch);
  // Ends joined calls whose deadline has passed. Returns the next deadline.
  Clock::time_point EndOverdue();

  void Begin(std::string_view key, Event event, const Fingerprint& fingerprint, const Call& call,
             Consequences& consequences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void BeginRun(std::string_view key, const Fingerprint& fingerprint, std::string json,
                const std::shared_ptr<KeyedRun>& run, const Call& call, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Join(const std::shared_ptr<KeyedRun>& run, const Call& call, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes a call from the waiting ones.
  void Leave(const Call& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Continues a run with the first joined call that can.
  void TakeOver(const std::shared_ptr<KeyedRun>& run, const std::string& json,
                Consequences& consequences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gets room for the missing recipients; refuses the call if there is none.
  bool Admit(const std::shared_ptr<KeyedRun>& run, Recipients missing, std::string json,
             const Call& call, Consequences& consequences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The result, as far as known, for a call that stops waiting.
  StoredResult OutOfTime(const std::shared_ptr<KeyedRun>& run) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Fanout& fanout_;
  Admission& admission_;

  mutable Mutex mutex_;
  CompletionLedger ledger_ ABSL_GUARDED_BY(mutex_);
  // The joined calls by their deadlines.
  std::set<std::pair<Clock::time_point, Call>> deadlines_ ABSL_GUARDED_BY(mutex_);
  // Last, so that it stops first.
  Timer timer_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_CALLS_H_
