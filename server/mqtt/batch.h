#ifndef DINO_SERVER_MQTT_BATCH_H_
#define DINO_SERVER_MQTT_BATCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/base/clock.h"

namespace dino::mqtt {

class Batch;
struct Deferred;
template <typename Item>
class LinkedList;

// A number for `PublishOptions::lane` that no other lane of the process has. Thread-safe.
std::uint64_t NewLane();

enum class Qos : std::uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1 };

// What became of a publication.
enum class Outcome : std::uint8_t {
  kPending,       // Not settled yet.
  kAcknowledged,  // PUBACK below 0x80; with QoS 0, written to the socket.
  kNoSubscriber,  // Acknowledged as well, but nobody subscribes to the topic.
  kRejected,      // The broker refused it with `PublicationOutcome::reason_code`.
  kNotSent,       // Never sent on a connection that could have taken it.
  kUnknown,       // Sent, and no answer came.
};

inline bool IsAcknowledged(Outcome outcome) {
  return outcome == Outcome::kAcknowledged || outcome == Outcome::kNoSubscriber;
}

// What the reason code of a PUBACK means for the publication.
Outcome OutcomeOf(std::uint8_t reason_code);

// The reason code that says so.
//
// REQUIRES: IsAcknowledged(outcome).
std::uint8_t ReasonCodeOf(Outcome outcome);

// How a publication ended.
struct PublicationOutcome {
  Outcome outcome = Outcome::kPending;
  // The MQTT v5 reason code of the broker's PUBACK; 0 if there was none.
  std::uint8_t reason_code = 0;
  // True if it ended unanswered while its session was not connected.
  bool unreachable = false;
};

// What is known beside the reason code of a publication that failed, or failed for now.
struct Explanation {
  std::uint8_t reason_code = 0;
  // The broker's Reason String, fit for a log; empty if it gave none.
  std::string_view reason_string;
  // If the broker was not asked: the highest QoS, or the largest packet in bytes, that it had
  // announced, and what this publication has.
  std::size_t limit = 0;
  std::size_t actual = 0;
};

// Names and values, in the order of the packet.
using UserProperties = std::vector<std::pair<std::string, std::string>>;

// What all publications of a batch have in common.
struct PublishOptions {
  Qos qos = Qos::kAtLeastOnce;
  // MQTT v5 content type.
  std::string content_type;
  UserProperties user_properties;
  // When the broker may forget the publication; what is left at the moment of sending goes
  // out as the message expiry interval.
  Clock::time_point expires_at;
  // Nothing is sent from here on; what is open is settled.
  Clock::time_point deadline;
  // Batches of one lane reach each topic in the order in which they were made; 0 for none.
  std::uint64_t lane = 0;
};

// The publications of a batch whose home is one session: `count` entries of the batch's order from
// `first` on.
//
// Once handed over, all but `session`, `first` and `count` belong to the loop that has it.
struct Chunk {
  Batch* batch = nullptr;
  std::uint32_t session = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  // How many of them were taken up for sending.
  std::uint32_t taken = 0;
  // How many publications are not settled.
  std::uint32_t open = 0;
  // The session or guest home (session/peers.h) that has it, or had it last.
  std::uint32_t at = 0;
  // Keeps the batch alive from hand-over until its last publication is settled.
  std::shared_ptr<Batch> keep_alive;
  // Place in a `LinkedList`.
  Chunk* previous = nullptr;
  Chunk* next = nullptr;
  LinkedList<Chunk>* list = nullptr;
  // Those that were taken up and are not in flight.
  Deferred* deferred = nullptr;
  // It is the one of its lane that is served.
  bool leads_lane = false;
  // Made by `Batch::Split`, and gone with its last publication.
  bool is_part = false;
};

// Publications that share options and, as a rule, a payload: one event on its way to many
// topics.
//
// The creator fills in chunks, gives the batch to a `Publisher` and keeps nothing else.
// The publisher asks for each topic as it sends it, settles every publication once, and
// ends the batch by `Ended()`, from the thread that settled the last one.
class Batch {
 public:
  Batch(std::string payload, PublishOptions options)
      : id_(NextId()), payload_(std::move(payload)), options_(std::move(options)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  virtual ~Batch() = default;

  // Tells this batch from every other of the process, also from earlier ones.
  std::uint64_t id() const { return id_; }
  // What publications have that are given no payload of their own.
  const std::string& payload() const { return payload_; }
  const PublishOptions& options() const { return options_; }
  std::vector<Chunk>& chunks() { return chunks_; }

  // That the batch is to end early. For publishers, whose sessions may hand a chunk on.
  void RequestStop() { stop_requested_.store(true); }
  bool stop_requested() const { return stop_requested_.load(); }

  // A broker has closed a connection on one of the publications that was alone there, with this
  // reason code, 0 for none; and how often that was. What is left is sent alone after the first
  // time, and not at all after the second, unless the broker has acknowledged some of it.
  void AddKill(std::uint8_t reason_code) {
    kill_reason_code_.store(reason_code, std::memory_order_relaxed);
    kills_.fetch_add(1, std::memory_order_release);
  }
  int kills() const { return kills_.load(std::memory_order_acquire); }
  std::uint8_t kill_reason_code() const {
    return kill_reason_code_.load(std::memory_order_relaxed);
  }
  static constexpr int kMostKills = 2;
  bool must_end() const {
    return kills() >= kMostKills && !acknowledged_.load(std::memory_order_relaxed);
  }

  // A broker has acknowledged one of the publications: what they share is not to blame.
  void Acknowledged() {
    if (!acknowledged_.load(std::memory_order_relaxed)) {
      acknowledged_.store(true, std::memory_order_relaxed);
    }
  }

  // A broker has closed a connection while publications of the batch were in flight there. After
  // the second time, what is left is sent alone until one of them is acknowledged so.
  void AddLoss(Clock::time_point now);
  void Acquit() { losses_.store(0, std::memory_order_relaxed); }
  bool must_be_alone() const { return losses_.load(std::memory_order_relaxed) >= 2 || kills() > 0; }

  // Writes the topic of publication `position` (a place in the batch's order) to `topic`,
  // whose earlier content is lost. Called from the loops.
  virtual void WriteTopic(std::uint32_t position, std::string& topic) const = 0;

  // The payload of publication `position`; it may lie in `scratch`, whose earlier content is
  // lost. Called from the loops.
  virtual std::string_view PayloadOf(std::uint32_t /*position*/, std::string& /*scratch*/) const {
    return payload_;
  }

  // A number by which publication `position` is assigned to a broker and a session; the same for
  // all publications of a topic.
  virtual std::uint64_t RouteKey(std::uint32_t /*position*/) const { return 0; }

  // Changes the order of `count` publications from `first` on so that those of a group stand
  // together, if it can; `group_of` tells the group of a route key. Called from the loop that has
  // them, before any of them was taken up.
  virtual void Group(std::uint32_t /*first*/, std::uint32_t /*count*/,
                     absl::FunctionRef<std::uint32_t(std::uint64_t)> /*group_of*/) {}

  // Explains a reason code of publication `position`, which is not settled yet. Called as often as
  // there is something to say, from any loop.
  virtual void Explain(std::uint32_t /*position*/, const Explanation& /*explanation*/) {}

  // Takes down how publication `position` ended, in which chunk. Called once for each, from any
  // loop, but never for the same position from two.
  virtual void Settle(const Chunk& chunk, std::uint32_t position, PublicationOutcome outcome) = 0;

  // Makes a chunk of `open` publications that `whole` loses: those from `first` on, `count` of
  // them, which were not taken up yet, and others. The part owns itself: `DeletePart` ends that.
  Chunk& Split(Chunk& whole, std::uint32_t first, std::uint32_t count, std::uint32_t open);
  static void DeletePart(Chunk& part);

  // Says that so many more publications were taken up: each is in flight, or stands in its topic's
  // line. Those that are given up before that are not.
  void TakenUp(std::uint32_t count) {
    if (untaken_.fetch_sub(count, std::memory_order_acq_rel) == count) AllTakenUp();
  }

  // Says that a chunk's last publication was settled. The last chunk ends the batch.
  void ChunkSettled() {
    if (open_chunks_.fetch_sub(1, std::memory_order_acq_rel) == 1) Ended();
  }

 protected:
  // Adds a chunk; all are added before the batch is published.
  void AddChunk(std::uint32_t session, std::uint32_t first, std::uint32_t count) {
    Chunk chunk;
    chunk.batch = this;
    chunk.session = session;
    chunk.at = session;
    chunk.first = first;
    chunk.count = count;
    chunk.open = count;
    chunks_.push_back(std::move(chunk));
    open_chunks_.store(chunks_.size(), std::memory_order_relaxed);
    untaken_.fetch_add(count, std::memory_order_relaxed);
  }

  // Called once if no publication was given up before it was taken up: what is published from here
  // on comes after this batch at each of its topics. From a loop, which must not be kept.
  virtual void AllTakenUp() {}

  // Called once, after every publication was settled; all outcomes are visible.
  virtual void Ended() = 0;

 private:
  static std::uint64_t NextId() {
    static std::atomic<std::uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
  }

  const std::uint64_t id_;
  const std::string payload_;
  const PublishOptions options_;
  std::vector<Chunk> chunks_;
  std::atomic<std::size_t> open_chunks_{0};
  std::atomic<std::uint32_t> untaken_{0};
  std::atomic<bool> stop_requested_{false};
  std::atomic<int> losses_{0};
  std::atomic<Clock::time_point> last_loss_at_{};
  std::atomic<int> kills_{0};
  std::atomic<std::uint8_t> kill_reason_code_{0};
  std::atomic<bool> acknowledged_{false};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_BATCH_H_
