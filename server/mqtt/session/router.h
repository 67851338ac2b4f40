#ifndef DINO_SERVER_MQTT_SESSION_ROUTER_H_
#define DINO_SERVER_MQTT_SESSION_ROUTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/send_queue.h"
#include "server/mqtt/session/newcomers.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/session/standbys.h"
#include "server/mqtt/session/trial.h"

namespace dino::mqtt {

// A connection that has held for so long is stable: its users come back to it, and if it is lost
// the next attempt comes soon.
inline constexpr std::chrono::seconds kStable{2};

// Answers where the publications of a session's users go now: through its own connection, or, when
// that has been away for a while, through standbys, until it is back and holds.
//
// All work comes to its home first, and only the home moves it: home to standby, and back. A
// standby that is lost keeps the work until the home, which it tells, recalls it and chooses again.
// What a recall finds in flight stays where it is: its topics wait at home until they are free, and
// nobody else does. Where the work comes to another broker, it waits once until what the last one
// acknowledged has settled there, since a cluster passes events on between its nodes.
//
// A broker that was left is tried with one user's publications, while all others stay with the
// standbys: that user's wait at home until nothing of theirs is open at the standby, and the last
// one has settled there.
//
// Users who belong to a broker that came after the start are handed over to a guest home beside the
// session, once; what of theirs is in flight is followed from there in the same way.
//
// Belongs to the session's loop; not thread-safe.
class Router : public QueueListener {
 public:
  enum class Move { kNone, kAway, kBack };
  // When users move whose connection cannot be used.
  enum class Urgency { kLater, kNow };

  struct Options {
    // How long the users wait for a stable connection.
    Clock::duration failover_after = std::chrono::seconds(5);
    // How long a broker needs to pass on what it has acknowledged.
    Clock::duration settle = std::chrono::seconds(1);
  };

  // `queue` is the session's own; both it and `peers` live as long as the session.
  Router(std::uint32_t self, Options options, Peers& peers, SendQueue& queue);

  // Takes a new chunk of this session.
  void Add(Chunk& chunk);
  // The connection can be used, by other sessions' users as well; only to try the broker; or cannot
  // any more, or not yet.
  void Usable(Clock::time_point now);
  void Try(Clock::time_point now);
  void Unusable(Clock::time_point now, Urgency urgency);
  // The session stays where it is and passes nothing on any more.
  void Close();

  // Others may serve the users now: if they are away, that is looked at anew.
  void PlacementChanged();
  // Hands those users over to `guest` who belong to newcomers, as soon as can be, and for ever.
  void HandOver(const Newcomers& newcomers, Router& guest);

  // What other sessions say; see `Peers`.
  void Forwarded(std::uint32_t home, const Work& work);
  void Recall(std::uint32_t home);
  void Asked(std::uint32_t home, const TopicKey& topic, std::uint64_t trial);
  void Told(std::uint32_t standby, std::uint64_t trial, bool open);
  void StandbyLost(std::uint32_t standby);
  void Recalled(std::uint32_t standby, const RecalledWork& recalled);
  void TopicFreeAt(std::uint32_t standby, std::uint64_t topic_hash);
  void GivenBack(const Work& work);
  void ConfinedFree(std::uint64_t topic_hash) { queue_.ConfinedFree(topic_hash); }
  void ConfinedBack(const Work& work);

  // Moves the users if that is due.
  Move Advance(Clock::time_point now);
  // When `Advance` has something to do at the latest.
  Clock::time_point NextTimer() const;

  // True if what is in the queue is to be sent through the session's own connection.
  bool may_send() const {
    return place_ == Place::kHome ? usable_ : place_ == Place::kAway && trial_.may_send();
  }
  // True if there is nothing to try the broker with.
  bool wants_trial() const { return place_ == Place::kAway && trial_.wanted(); }

 private:
  enum class Place {
    kHome,
    // With the standbys.
    kAway,
    // Coming back from them, to go home or to others.
    kReturning,
  };

  void TopicFree(std::uint32_t home, std::uint64_t topic_hash) override;
  void GiveBack(std::uint32_t home, const Work& work) override;
  void Confine(const Work& work) override { peers_.Confine(self_, work); }

  void AddOwn(Chunk& chunk);
  bool HasGuests(const Chunk& chunk) const;
  absl::btree_map<std::uint32_t, Work> SplitOffGuests(const Work& work) const;
  void HandOverIfPossible();
  // Takes what the home beside this guest home hands over to it.
  void HandedOver(std::uint32_t home, const RecalledWork& handed_over);
  // Takes over what another session had, and follows what is in flight there.
  void TakeOver(std::uint32_t from, const RecalledWork& work);
  void SayIfJoined(Clock::time_point now);
  // When the users can be moved.
  Clock::time_point NextMove() const;
  bool stable(Clock::time_point now) const { return usable_ && now >= usable_since_ + kStable; }
  void StopWhatIsStopped(const Work& work);
  void FreeSettledTopics(Clock::time_point now);
  Move AdvanceHome(Clock::time_point now);
  Move AdvanceAway(Clock::time_point now);
  Move AdvanceReturning(Clock::time_point now);
  // Tries the broker with the user of the chunk's next publication, if that will do. False if the
  // chunk itself is not to be kept for it.
  bool ChooseForTrial(const Chunk& chunk);
  void AdvanceTrial(Clock::time_point now);
  // When what the broker was tried with can go to the standbys.
  Clock::time_point EndOfTrial() const;
  // Puts what the broker is tried with into the queue, and returns the rest.
  Work KeepForTrial(Work work);
  // Gives the work to those who can serve it. False if there is nobody, or it must wait.
  bool GoAway(Clock::time_point now);
  // When brokers have passed on what they acknowledged, so that these standbys can go on.
  Clock::time_point SettledFor(const Standbys& standbys) const;
  void ForwardWork(const Work& work);
  void RecallAll();

  const std::uint32_t self_;
  const Options options_;
  Peers& peers_;
  SendQueue& queue_;

  Place place_ = Place::kHome;
  bool closed_ = false;
  bool usable_ = false;
  Clock::time_point usable_since_;
  // That has been said.
  bool joined_ = false;
  // When the users are to be moved; none while the connection is stable.
  std::optional<Clock::time_point> move_at_;
  // The users are to be told that they are away, or were.
  bool moved_ = false;

  Standbys standbys_;
  Trial trial_;
  // Who has been asked for what it has of ours.
  absl::flat_hash_set<std::uint32_t> recalled_;
  // When this session's broker, or another one, last acknowledged something of ours to a standby.
  Clock::time_point acknowledged_here_at_;
  Clock::time_point acknowledged_elsewhere_at_;
  // Publications of ours that are in flight elsewhere, and topics that are free at a time to come.
  std::size_t in_flight_elsewhere_ = 0;
  std::deque<std::pair<Clock::time_point, std::uint64_t>> settling_topics_;

  // Who is handed over: now, and next.
  std::optional<Newcomers> newcomers_;
  std::optional<Newcomers> next_newcomers_;
  Router* guest_ = nullptr;

  // Whose work is here, as long as it has not been recalled.
  absl::flat_hash_set<std::uint32_t> homes_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_ROUTER_H_
