#ifndef DINO_SERVER_FANOUT_KEYED_PUBLISHER_H_
#define DINO_SERVER_FANOUT_KEYED_PUBLISHER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/fanout/admission.h"
#include "server/fanout/event_publisher.h"
#include "server/fanout/finished_events.h"
#include "server/fanout/keyed_call.h"
#include "server/fanout/lane_gates.h"
#include "server/fanout/unfinished_events.h"

namespace dino::fanout {

struct IdempotencyOptions {
  // What events that have ended may take, and how long they are remembered after their last call.
  std::size_t memory = 83886080;
  Clock::duration window = std::chrono::minutes(10);

  // A quarter is for those that have failed.
  std::size_t finished_events() const { return memory / 4 * 3 / FinishedEvents::kBytesPerEvent; }
};

// Completes keyed events: what is published for an event under one key is what its earlier calls
// have not delivered. Passes on all others.
//
//  - The first call publishes. One that arrives meanwhile joins it: it publishes nothing and gets
//    the same result.
//  - If the publishing call runs out of time, is stopped, or finds the broker unreachable or busy,
//    the first joined call with time left takes over the missing recipients. A joined call that
//    runs out of time or is stopped ends alone.
//  - A later call publishes to the recipients not acknowledged yet, and counts all. If there are
//    none, it ends at once, even without a broker.
//  - What follows a joined call in its lane, keyed or not, is held until all of the joined event
//    was sent or stands in its topics' lines. The call does not take over after that: it would come
//    behind what it goes before, and ends as unreachable instead.
//  - A call with another event is refused, as is one without room. A joined call takes room for its
//    request only, a publishing one for what it publishes.
//
// Keys are forgotten in the end; the next call is then a first one, and publishes to all but those
// that its resume token names. Thread-safe.
class KeyedPublisher : public EventPublisher {
 public:
  // `next` publishes, and `admission` gives joined calls their room; both outlive it.
  KeyedPublisher(EventPublisher& next, Admission& admission, const IdempotencyOptions& options);

  std::shared_ptr<PublishedEvent> Publish(Event event, DoneFunction done) override;
  void Stop(const std::shared_ptr<PublishedEvent>& event) override;
  std::optional<Refusal> WouldRefuse(const Event& event) override;

  struct Figures {
    // Events that are remembered, those that are being published included.
    std::size_t held = 0;
    // How many were forgotten to make room, before their window had passed.
    std::uint64_t forgotten_early = 0;
    // Calls that were answered without publishing.
    std::uint64_t replays = 0;
    // Calls that joined another one; and how many wait for it now.
    std::uint64_t joins = 0;
    std::size_t waiting = 0;
  };
  Figures figures() const;

 private:
  using Call = std::shared_ptr<KeyedCall>;
  using Run = std::shared_ptr<KeyedRun>;
  // The outcome of those whom a call that goes on may reach.
  static constexpr mqtt::PublicationOutcome kMayHaveArrived{mqtt::Outcome::kUnknown, 0, false};
  using Outcomes = std::vector<mqtt::PublicationOutcome>;

  // A `CallResult` that owns its parts, for one or more calls.
  struct StoredResult {
    Run run;
    std::shared_ptr<const Outcomes> outcomes;
    ResultSummary summary;
    std::string resume_token = {};
    bool replayed = false;
    bool outcomes_forgotten = false;
  };
  using Ending = std::variant<Refusal, StoredResult>;
  struct Finished {
    Call call;
    Ending result;
  };
  struct Launch {
    Call call;
    std::unique_ptr<Event> event;
  };
  // What to do once the mutexes are released, in this order.
  struct Consequences {
    std::vector<Finished> finished;
    std::optional<Launch> launch;
    // Lanes that go on.
    std::vector<std::uint64_t> open_lanes;
  };

  // Keys by their events' IDs, so that calls of different keys seldom wait for each other.
  struct Part {
    explicit Part(const IdempotencyOptions& options);

    mutable Mutex mutex;
    absl::flat_hash_map<EventId, Run> running ABSL_GUARDED_BY(mutex);
    UnfinishedEvents unfinished ABSL_GUARDED_BY(mutex);
    FinishedEvents finished ABSL_GUARDED_BY(mutex);
    std::uint64_t replays ABSL_GUARDED_BY(mutex) = 0;
    std::uint64_t joins ABSL_GUARDED_BY(mutex) = 0;
    // The joined calls by their deadlines.
    std::set<std::pair<Clock::time_point, Call>> deadlines ABSL_GUARDED_BY(mutex);
  };
  static constexpr std::size_t kParts = 16;
  using Parts = std::vector<std::unique_ptr<Part>>;
  static Parts MakeParts(const IdempotencyOptions& options);

  static std::size_t PartFor(const EventId& id);
  Part& PartOf(const Call& call) { return *parts_[call->part]; }

  void Do(const Consequences& consequences);
  // Publishes the event of a call.
  void Start(const Call& call, Event&& event);
  void Begin(Event&& event, const Call& call);
  void OnEnded(KeyedCall& ended, const Result& result);
  void StopCall(const Call& call);
  // Ends waiting calls whose deadline has passed. Returns the next deadline.
  Clock::time_point EndOverdue();

  // True if the event is to be published now. Takes it if the call joins.
  bool Begins(Part& part, Event& event, std::uint64_t fingerprint, const Call& call,
              Consequences& consequences) ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // Answers from what is known of a finished event.
  static StoredResult Replay(const Run& run, std::uint32_t no_subscriber_count);
  void Join(Part& part, const Run& run, Event& event, const Call& call, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // Removes a joined call from the waiting ones. Returns its event, without recipients.
  std::unique_ptr<Event> Leave(Part& part, const Call& call, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // Has a call publish what is missing of its event. On its part's mutex.
  void Publishes(const Run& run, const Call& call, Event& event);
  // Tells the joined calls how the publishing one has ended, or lets one of them go on.
  void EndJoined(Part& part, const Run& run, const Result& result, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // Continues a run with the first joined call that can.
  void TakeOver(Part& part, const Run& run, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // It is not published any more: what is known of it is remembered.
  static void EndRun(Part& part, const Run& run) ABSL_EXCLUSIVE_LOCKS_REQUIRED(part.mutex);
  // The result of a call that was published, with all that is known of its recipients.
  static StoredResult Shared(const Run& run, const CallResult& answer);
  // What a call ends with that was refused, perhaps after earlier ones were published.
  static Ending Refused(const Run& run, Refusal refusal);
  static std::string TokenOf(const Run& run);
  // The result, as far as known, for a call that stops waiting.
  static StoredResult OutOfTime(const Run& run, Failure failure,
                                const mqtt::PublicationOutcome& others = kMayHaveArrived);

  // Lanes; in keyed_lanes.cc.
  //
  // Null if the event need not wait.
  Call HoldIfClosed(Event& event, DoneFunction& done);
  void CloseLane(const Run& run, const Call& call);
  void OpenLane(const Call& call, Consequences& consequences);
  // All of the run was sent or stands in its topics' lines.
  void OnTakenUp(KeyedRun& run);
  // Publishes what was held, until the lane is closed again.
  void GoOn(std::uint64_t lane);
  void PublishHeld(const Call& call, Event event);
  // Ends a call that is held; does nothing for others.
  void EndHeld(const Call& call, Consequences& consequences)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(lanes_mutex_);
  Event TakeHeld(const Call& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lanes_mutex_);

  EventPublisher& next_;
  Admission& admission_;
  const Parts parts_;

  // May be locked while a part's mutex is.
  Mutex lanes_mutex_;
  LaneGates gates_ ABSL_GUARDED_BY(lanes_mutex_);
  // The held calls by their deadlines.
  std::set<std::pair<Clock::time_point, Call>> held_ ABSL_GUARDED_BY(lanes_mutex_);
  // False if no lane is closed, for a look without the mutex: who closes a lane publishes next.
  std::atomic<bool> any_lane_closed_{false};
  // Last, so that it stops first.
  Timer timer_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_PUBLISHER_H_
