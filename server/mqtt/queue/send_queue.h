#ifndef DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_
#define DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/chunk_list.h"
#include "server/mqtt/queue/in_flight_window.h"
#include "server/mqtt/queue/lanes.h"

namespace dino::mqtt {

// What a session has to send, in which order, and what it awaits the answer of.
//
// Chunks are served in turn, a few publications each, so that a large one does not hold up
// small ones. A publication whose topic is in flight waits for that answer, and its chunk
// with it; chunks that wait for one topic get it in the order in which they came. After a
// lost connection what was in flight goes out first, in its old order.
//
// Of the chunks of a lane one is served at a time, up to its last publication: that one can wait
// for its topic, in the line of all that want it, while the next chunk goes on.
//
// Knows no sockets: it is told what happens, and sends through a function. Settles
// every publication of every chunk exactly once. Belongs to the session's loop; not
// thread-safe.
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

  // Everything that a queue holds, on its way to another one.
  struct Work {
    // What was in flight when the connection was lost, and goes first.
    std::vector<InFlight> resend;
    // In the order in which they are to be served.
    std::vector<Chunk*> chunks;
  };

  // Told of each chunk that has ended, before its batch may be gone.
  using EndedFunction = std::function<void(const Chunk& chunk)>;

  SendQueue(
      std::size_t window, std::size_t window_bytes, EndedFunction on_ended = [](const Chunk&) {})
      : window_(window, window_bytes), on_ended_(std::move(on_ended)) {}
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;
  // Settles what is left as not sent or unknown.
  ~SendQueue();

  // Takes over a chunk, which keeps its batch alive from here to its end.
  void Add(Chunk& chunk);

  // The same, but sends nothing of it before `Unpark`.
  void Park(Chunk& chunk);
  void Unpark();

  // Gives everything away; the queue is empty then.
  //
  // REQUIRES: there is no connection.
  Work TakeAll();
  // Takes over what another queue gave away.
  void Adopt(Work work);

  // True if `chunk` is here and has not ended. Reads nothing of it that a loop may write.
  bool Holds(Chunk& chunk) const;

  // Ends a chunk before its time: settles all that is open in it, and says with
  // `unreachable` whether that is for want of a connection.
  //
  // REQUIRES: Holds(chunk).
  void Stop(Chunk& chunk, bool unreachable);

  // Stops the chunks whose deadline is not after `now`.
  void Expire(Clock::time_point now, bool unreachable);

  // The earliest deadline of a chunk; none if there is no chunk.
  std::optional<Clock::time_point> NextDeadline() const;

  // Sends as much as the window takes. False if the connection was lost meanwhile.
  bool Fill(Clock::time_point now, Sender send);

  // The broker answered. Unknown packet identifiers are ignored. A publication that failed in
  // a way that may pass (see retry_policy.h) keeps its place and is sent again. Returns how long
  // the broker took; none if the answer is ignored or, with QoS 0, not the broker's.
  std::optional<Clock::duration> Acknowledge(int packet_id, std::uint8_t reason_code,
                                             Clock::time_point now, Clock::duration session_age);

  // The connection is gone, and with it every answer that has not come.
  void ConnectionLost();

  // Keeps at most so many publications in flight from here on, and never more than the
  // window of the constructor.
  void LimitWindow(std::size_t limit) { window_.LimitCapacity(limit); }

  // How many publications wait to be sent.
  std::size_t unsent() const { return unsent_ + resend_.size(); }
  // True if only answers make room for what is not sent.
  bool awaits_answers() const { return unsent() > 0 && window_.full(); }

  // How many were sent and keep their places.
  std::size_t in_flight() const { return window_.size(); }

  // Lets what is in flight have been sent so much later.
  void Excuse(Clock::duration duration) { window_.Excuse(duration); }

  // When the publication was sent that awaits its answer longest; none if none does.
  std::optional<Clock::time_point> OldestSentAt() const { return window_.OldestSentAt(); }

  // When the next publication is to be sent again; none if none failed.
  std::optional<Clock::time_point> NextRetry() const { return window_.NextDue(); }

 private:
  enum class Step { kSent, kLastSent, kMustWait, kNoRoom, kConnectionLost };

  void Enlist(Chunk& chunk);
  // Has a chunk served: now, or when it is its turn in its lane.
  void Serve(Chunk& chunk);
  // Has the next chunk of its lane served, if this one leads it.
  void PassLane(Chunk& chunk);
  bool FillResend(Clock::time_point now, Sender send);
  bool FillRetries(Clock::time_point now, Sender send);
  bool SendAgain(const InFlight& entry, Clock::time_point now, Sender send);
  bool FillFreed(Clock::time_point now, Sender send);
  bool FillReady(Clock::time_point now, Sender send);
  Step SendNext(Chunk& chunk, Clock::time_point now, Sender send);
  bool Transmit(InFlight& entry, const Outgoing& outgoing, Sender send);
  void Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome);
  void End(Chunk& chunk);
  // Lets the next chunk have the topic that is not in flight any more.
  void Free(std::uint64_t topic_hash);

  InFlightWindow window_;
  // What must go out again, before all else.
  std::deque<InFlight> resend_;
  // Chunks that have something to send, in turn.
  ChunkList ready_;
  // How many publications the first of them has sent in its turn.
  int turn_ = 0;
  // Chunks that are not served yet.
  ChunkList parked_;
  // Chunks whose next topic is in flight or in `resend_`, by the topic's hash.
  absl::node_hash_map<std::uint64_t, ChunkList> waiting_;
  // Chunks that wait for the one of their lane that is served.
  Lanes lanes_;
  // Topics that chunks in `waiting_` may have now.
  std::deque<std::uint64_t> freed_;
  // All chunks, by deadline.
  absl::btree_set<std::pair<Clock::time_point, Chunk*>> deadlines_;
  // Publications of all chunks that were not taken up yet.
  std::size_t unsent_ = 0;
  // Where a topic and a payload are put together.
  std::string topic_;
  std::string payload_;
  const EndedFunction on_ended_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_SEND_QUEUE_H_
