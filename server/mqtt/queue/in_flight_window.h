#ifndef DINO_SERVER_MQTT_QUEUE_IN_FLIGHT_WINDOW_H_
#define DINO_SERVER_MQTT_QUEUE_IN_FLIGHT_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/deferred.h"

namespace dino::mqtt {

// One publication that was sent and awaits its PUBACK (with QoS 0: its way into the socket).
struct InFlight {
  // Null once nobody waits for the answer any more; the place stays taken until it comes.
  Chunk* chunk = nullptr;
  // Place in the batch's order.
  std::uint32_t position = 0;
  // Packet identifier. Filled in by the connection while it sends.
  int packet_id = 0;
  // Topic plus payload.
  std::size_t bytes = 0;
  std::uint64_t topic_hash = 0;
  // The session that is the home of its chunk.
  std::uint32_t home = 0;
  // The home has taken back what was not in flight, and lets the topic wait for this.
  bool awaited_at_home = false;
  // Counts the session's publications; tells which of two was sent first.
  std::uint64_t sequence = 0;
  Clock::time_point sent_at;
  Attempts attempts;
};

// The publications of one session that await PUBACK.
//
// Its capacity is at most the broker's Receive Maximum, and bounds what a connection holds that the
// socket has no room for.
//
// Belongs to the session's loop; not thread-safe.
class InFlightWindow {
 public:
  // REQUIRES: capacity > 0.
  InFlightWindow(std::size_t capacity, std::size_t byte_capacity);

  // Applies the smaller of `limit` and the capacity of the constructor from here on.
  void LimitCapacity(std::size_t limit);

  // How many places are taken.
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return size() == 0; }

  // True if one more publication of `bytes` may be sent. An empty window takes any size.
  bool HasRoom(std::size_t bytes) const;
  // True if there are as many entries as there may be.
  bool full() const { return size() >= capacity_; }

  // Takes a place. The reference is good until the next call of a function that is not const.
  //
  // REQUIRES: HasRoom(bytes).
  InFlight& Add(Chunk& chunk, std::uint32_t position, std::uint64_t topic_hash, std::size_t bytes,
                Clock::time_point now);

  // Gives the place of the publication with this packet identifier back; none if there is no
  // such publication.
  std::optional<InFlight> Remove(int packet_id);

  // Gives back the place that `Add` gave out last.
  void RemoveLast();

  // Gives all places back, in the order of sending.
  std::vector<InFlight> TakeAll();

  // Leaves the places of the chunk's publications taken, but with nobody waiting. Calls
  // `detached(position)` for each.
  template <typename Function>
  void Detach(const Chunk& chunk, Function detached) {
    for (InFlight& entry : entries_) {
      if (entry.chunk != &chunk) continue;
      entry.chunk = nullptr;
      detached(entry.position);
    }
  }

  // All of them, in the order of sending.
  std::vector<InFlight>& entries() { return entries_; }
  const std::vector<InFlight>& entries() const { return entries_; }

  // Lets all publications have been sent so much later than they were.
  void Excuse(Clock::duration duration);

  // When the publication that waits longest was sent; none if the window is empty.
  std::optional<Clock::time_point> OldestSentAt() const;

 private:
  // A connection numbers packets with 16 bits and does not check whether a number is still in
  // use, so nothing may be in flight for longer than it takes to come round.
  static constexpr std::uint64_t kMaxSequenceSpan = 32768;

  const std::size_t max_capacity_;
  const std::size_t byte_capacity_;
  std::size_t capacity_;
  std::size_t bytes_ = 0;
  std::uint64_t next_sequence_ = 0;
  // In the order of sending.
  std::vector<InFlight> entries_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_IN_FLIGHT_WINDOW_H_
