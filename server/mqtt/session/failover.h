#ifndef DINO_SERVER_MQTT_SESSION_FAILOVER_H_
#define DINO_SERVER_MQTT_SESSION_FAILOVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/send_queue.h"

namespace dino::mqtt {

// A connection that has held for so long is stable: its users come back to it, and if it is lost
// the next attempt comes soon.
inline constexpr std::chrono::seconds kStable{2};

// What a session knows of the others of its pool. All functions are thread-safe.
struct Colleagues {
  // Says whether this session takes others' users.
  std::function<void(std::uint32_t self, bool serving)> set_serving;
  // A session that serves, and is not this one; none if there is none.
  std::function<std::optional<std::uint32_t>(std::uint32_t self)> choose;
  // Hands work to another session. What one session hands to another arrives in order.
  std::function<void(std::uint32_t to, SendQueue::Work work)> hand_over;
  // Tells the session `home` that one of its chunks has ended elsewhere.
  std::function<void(std::uint32_t home)> ended_elsewhere;
};

// Keeps the users of a session that has no stable connection from waiting for it: after a while
// their publications go through another session, the deputy, and when the connection is back and
// holds, they come home.
//
// Order is kept both ways. All work still comes to the home session first, which passes it on, so
// it reaches the deputy in one line. On the way back new work waits at home until what is at the
// deputy has ended. A session that has a deputy is nobody's deputy, so work never goes in circles.
//
// Belongs to the session's loop; not thread-safe.
class Failover {
 public:
  enum class Move { kNone, kAway, kBack };

  // `queue` is the session's own; both it and this live as long as the session.
  Failover(std::uint32_t self, Clock::duration after, Colleagues colleagues, SendQueue& queue);

  // Takes a new chunk of this session.
  void Add(Chunk& chunk);
  // Takes work that another session hands over.
  void Adopt(SendQueue::Work work, bool connected);
  // A chunk of this session has ended elsewhere.
  void EndedElsewhere();

  // The connection was made, or lost or not made.
  void Connected(Clock::time_point now);
  void Lost(Clock::time_point now);
  // The session stays where it is and passes nothing on any more.
  void Close();

  // Moves the users if that is due.
  Move Advance(Clock::time_point now);
  // When `Advance` has something to do at the latest.
  Clock::time_point NextTimer() const;

  std::optional<std::uint32_t> deputy() const { return deputy_; }

 private:
  void HandOver(SendQueue::Work work);
  void EndWait();

  const std::uint32_t self_;
  const Clock::duration after_;
  const Colleagues colleagues_;
  SendQueue& queue_;

  std::optional<std::uint32_t> deputy_;
  // This session's chunks that are with others.
  std::size_t away_ = 0;
  bool closed_ = false;
  // Since when the connection holds; none if there is no connection.
  std::optional<Clock::time_point> connected_at_;
  // When the users are to be moved; none while the connection is stable.
  std::optional<Clock::time_point> move_at_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_FAILOVER_H_
