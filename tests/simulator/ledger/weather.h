#ifndef DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_
#define DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/ledger/book.h"

namespace dino::simulator {

// What excuses the bridge: which faults a replica has that concern all users, and which users have
// trouble of their own. From that follows how long the others may wait.
class Weather {
 public:
  struct Climate {
    // How soon a user is served that has no trouble; none where windows and buffers are so small
    // that users wait for each other.
    std::optional<Duration> soon;
    // How long a broker that does not work may keep its users, how long one call may be late after
    // that, and whether there is another broker.
    Duration leaving{};
    Duration trial{};
    bool has_standby = false;
    // What is sent is written at once, as there is always room.
    bool always_room = false;
  };

  explicit Weather(const Climate& climate) : climate_(climate) {}

  // A fault begins at a replica, or ends. `leaves_standby`: one broker does not work, the others
  // do.
  void Begin(int replica, Time now, bool leaves_standby);
  void End(int replica, Time now);
  // A fault is over as soon as it begins: connections end at brokers that are well.
  void Brief(int replica, Time now) { brief_[replica] = now; }
  // A connection of the replica was lost, or not made.
  void Lost(int replica, Time now) { lost_[replica].push_back(now); }
  // That topic has answers that are no plain acknowledgement, or late; or ends connections.
  void TroubleOf(UserId user) { troubled_.insert(user); }
  void PoisonOf(UserId user) { poisonous_.insert(user); }
  // The network cuts single connections.
  void Cuts() { cuts_ = true; }
  // A broker acknowledges nothing, or is to be found out to do so again.
  void Unanswering(int replica, Time now) { unanswering_[replica] = now; }

  bool always_room() const { return climate_.always_room; }
  bool Healthy(UserId user) const { return troubled_.count(user) == 0; }
  bool Poisonous(UserId user) const { return poisonous_.count(user) > 0; }
  // Whether the network may have ended connections again and again where a broker seems to have
  // done so on a publication.
  bool LooksPoisonous() const { return cuts_; }

  // Whether there was no fault from its recovery before `since` until now.
  bool FaultFree(int replica, Time since) const;
  // Whether all brokers that acknowledge have long been known to do so.
  bool Answering(int replica, Time since) const;
  // The same as `FaultFree`, and no loss of a connection either.
  bool Calm(int replica, Time since) const;
  // How long a healthy user may wait for what was published at `since` and is not settled yet; none
  // for as long as may be.
  std::optional<Duration> LongestWait(int replica, Time since) const;

  // So long after a fault everything is as if there had been none.
  static constexpr std::chrono::seconds kRecovery{14};

 private:
  struct Faults {
    int active = 0;
    // When the last one began or ended; the first connections need a moment.
    Time changed = Timeline::kStart + std::chrono::seconds(1) - kRecovery;
    // The one that is active came alone, and leaves a standby.
    bool left = false;
  };

  Faults Of(int replica) const;
  // Whether no fault that lasts has been since.
  bool Well(int replica, Time since) const;
  std::ptrdiff_t LossesSince(int replica, Time since) const;

  const Climate climate_;
  std::map<int, Faults> faults_;
  std::map<int, Time> brief_;
  std::map<int, Time> unanswering_;
  bool cuts_ = false;
  // In order.
  std::map<int, std::vector<Time>> lost_;
  std::set<UserId> troubled_;
  std::set<UserId> poisonous_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_
