#ifndef DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_
#define DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/deferred.h"
#include "server/mqtt/queue/in_flight_window.h"
#include "server/mqtt/queue/linked_list.h"
#include "server/mqtt/queue/loss_clues.h"
#include "server/mqtt/queue/open_chunks.h"
#include "server/mqtt/queue/retry_policy.h"
#include "server/mqtt/queue/suspect_topics.h"
#include "server/mqtt/queue/topic_lines.h"
#include "server/mqtt/queue/turns.h"
#include "server/mqtt/queue/work.h"

namespace dino::mqtt {

// What a session has to send, in which order, and what it awaits the answer of.
//
// A publication is a position of its chunk until the chunk comes to it (`Turns`). Then it is sent,
// if the window has room (`InFlightWindow`) and nobody has its topic (`TopicLines`); else it stands
// in its topic's line, and the chunk goes on. After an answer that may pass, or a lost connection,
// it keeps its topic and is sent again, before others.
//
// Knows no sockets: it is told what happens, and sends through a function. Settles every
// publication of every chunk exactly once. Belongs to the session's loop; not thread-safe.
class SendQueue {
 public:
  enum class SendStatus { kSent, kRefused, kConnectionLost };

  // What goes out; valid while it is sent.
  struct Outgoing {
    const Batch& batch;
    const std::string& topic;
    std::string_view payload;
  };

  // Sends a publication; fills in `entry.packet_id`, or `reason_code` if refused. Must not call
  // the queue.
  using Sender = absl::FunctionRef<SendStatus(const Outgoing& outgoing, InFlight& entry,
                                              std::uint8_t& reason_code)>;

  // The queue of the session with this number. `listener` outlives it.
  SendQueue(std::uint32_t self, std::size_t window, std::size_t window_bytes,
            std::shared_ptr<SuspectTopics> suspects, QueueListener& listener)
      : self_(self),
        listener_(listener),
        suspects_(std::move(suspects)),
        clues_(suspects_),
        window_(window, window_bytes) {}
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;
  // Settles what is left as not sent or unknown.
  ~SendQueue();

  // Takes over a chunk, which keeps its batch alive from here to its end.
  void Add(Chunk& chunk);

  // Gives away what is not in flight of the session `home`, in the order in which it is to be sent.
  // What is in flight stays: the listener is told of its end.
  RecalledWork Take(std::uint32_t home);
  // Takes over what another queue gave away.
  void Adopt(const Work& work);

  // Leaves those of this session's own publications that are in flight to another home, of whose
  // route keys `belongs` is true. Returns their topics: the listener is told of the end of each.
  //
  // REQUIRES: nothing of it is confined, or was given up in flight. `Take(self)` follows.
  std::vector<std::uint64_t> HandOver(std::uint32_t home,
                                      absl::FunctionRef<bool(std::uint64_t)> belongs);
  // Whether that is possible.
  bool can_hand_over() const;

  // The topic of a chunk's next publication, if that awaits an acknowledgement and need not go out
  // alone. The chunk is in no queue, and something of it is to be taken up.
  std::optional<TopicKey> NextTopic(const Chunk& chunk, Clock::time_point now);
  // Whether something for the topic is open here that the session `home` has forwarded.
  bool HasOpen(std::uint32_t home, const TopicKey& topic) const;

  // A publication for the topic is open at another session: the next one waits until it is free.
  void TopicTaken(std::uint64_t topic_hash) { lines_.TakeAlso(topic_hash); }
  void TopicFree(std::uint64_t topic_hash) { Release(topic_hash); }
  // The same, but it must be sent again, from here, and goes first.
  void AdoptFirst(const Work& work);

  // What the listener was told to confine is settled, or comes back to be sent from here.
  void ConfinedFree(std::uint64_t topic_hash);
  void ConfinedBack(const Work& work);
  std::size_t confined() const { return confined_.size(); }

  // When the broker last acknowledged something of this session's own; never: the beginning of
  // time.
  Clock::time_point last_acknowledged_at() const { return last_acknowledged_at_; }

  // Stops every chunk of `batch` that is here.
  void StopBatch(const Batch& batch, bool unreachable);

  // Ends a chunk before its time: settles all that is open in it, and says with
  // `unreachable` whether that is for want of a connection.
  //
  // REQUIRES: it is here.
  void Stop(Chunk& chunk, bool unreachable);

  // Stops the chunks whose deadline is not after `now`.
  void Expire(Clock::time_point now, bool unreachable);
  // Ends all early.
  void StopAll(bool unreachable);

  // The earliest deadline of a chunk; none if there is no chunk.
  std::optional<Clock::time_point> NextDeadline() const { return open_.NextDeadline(); }

  // Sends as much as the window takes. False if the connection was lost meanwhile.
  bool Fill(Clock::time_point now, Sender send);

  // The broker answered, for that reason. Unknown packet identifiers are ignored. A publication
  // that failed in a way that may pass (see retry_policy.h) keeps its topic and is sent again.
  // Returns how long the broker took; none if the answer is ignored or, with QoS 0, not the
  // broker's.
  std::optional<Clock::duration> Acknowledge(int packet_id, std::uint8_t reason_code,
                                             Clock::time_point now,
                                             std::string_view reason_string = {});

  // There is a connection, on which at most `window` publications may be in flight.
  void Connected(Clock::time_point now, std::size_t window);
  // The connection is gone, and with it every answer that has not come; `by_broker` if the broker
  // has closed it.
  void ConnectionLost(Clock::time_point now, bool by_broker);

  // Keeps at most so many publications in flight from here on, and never more than the
  // window of the constructor.
  void LimitWindow(std::size_t limit) { window_.LimitCapacity(limit); }

  // How many publications wait to be sent.
  std::size_t unsent() const { return unsent_ + deferred_count_; }
  // True if only answers make room for what is not sent.
  bool awaits_answers() const { return unsent() > 0 && window_.full(); }

  // How many were sent and await their answer, or the time to be sent again.
  std::size_t in_flight() const { return window_.size() + held_.size(); }

  // Lets what is in flight have been sent so much later.
  void Excuse(Clock::duration duration) { window_.Excuse(duration); }

  // When the publication was sent that awaits its answer longest; none if none does.
  std::optional<Clock::time_point> OldestSentAt() const { return window_.OldestSentAt(); }

  // When the next publication is to be sent again; none if none failed.
  std::optional<Clock::time_point> NextRetry() const;

 private:
  enum class Step { kDone, kNoRoom, kConnectionLost };

  // Makes a publication of the chunk one that waits; it is in no list yet.
  Deferred& Defer(Chunk& chunk, std::uint32_t position, std::uint64_t topic_hash,
                  const Attempts& attempts);
  // Gives what waits to the home, which knows that it was in flight.
  void GiveBack(Deferred& deferred);
  // A chunk of its own for a publication that is one of the chunk's open ones; not among `open_`.
  Chunk& PartOf(Chunk& chunk, std::uint32_t position);
  // Has a publication sent alone that has its topic and is in no list, or rejects it.
  void Divert(Deferred& deferred);
  bool MustBeAlone(const Batch& batch, std::uint64_t topic_hash, const Attempts& attempts,
                   Clock::time_point now) {
    return batch.must_be_alone() || attempts.losses >= SuspectTopics::kMostLosses ||
           suspects_->IsConfined(topic_hash, now);
  }
  std::vector<Deferred*> TakeDeferred(std::uint32_t home);
  // Forgets one that waits, wherever it stands; its topic stays taken.
  void Forget(Deferred& deferred);
  // The same, and settles it for the end of its chunk.
  void GiveUp(Deferred& deferred, bool unreachable);
  void HoldUntil(Deferred& deferred, Clock::time_point time);
  void EndHolds(Clock::time_point now);
  // What was in flight is settled or given up.
  void Free(const InFlight& entry);
  // Who had the topic is done with it.
  void Release(std::uint64_t topic_hash);
  Step SendDeferred(Deferred& deferred, Clock::time_point now, Sender send);
  Step SendNext(Chunk& chunk, Clock::time_point now, Sender send);
  bool Transmit(InFlight& entry, const Outgoing& outgoing, Sender send);

  const std::uint32_t self_;
  QueueListener& listener_;
  const std::shared_ptr<SuspectTopics> suspects_;
  LossClues clues_;
  InFlightWindow window_;
  OpenChunks open_;
  Turns turns_;
  TopicLines lines_;
  // Those that have their topic and wait for room, in turn.
  LinkedList<Deferred> due_;
  // Those that have their topic and wait for the time to be sent again.
  absl::btree_set<std::pair<Clock::time_point, Deferred*>> held_;
  RetryPolicy retry_policy_;
  // Of what is confined, by topic: whose it is, and whether the home has taken back the rest.
  struct Confined {
    std::uint32_t home = 0;
    bool awaited_at_home = false;
  };
  absl::flat_hash_map<std::uint64_t, Confined> confined_;
  // Publications that their chunks have not come to yet, and those that wait.
  std::size_t unsent_ = 0;
  std::size_t deferred_count_ = 0;
  Clock::time_point last_acknowledged_at_;
  // The same for other sessions' work.
  absl::flat_hash_map<std::uint32_t, Clock::time_point> acknowledged_for_;
  // Where a topic and a payload are put together.
  std::string topic_;
  std::string payload_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_
