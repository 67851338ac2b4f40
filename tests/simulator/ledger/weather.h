#ifndef DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_
#define DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_

#include <algorithm>
#include <map>
#include <set>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/ledger/book.h"

namespace dino::simulator {

// What excuses the bridge: since when a replica is without trouble that concerns all users, and
// which users have trouble of their own.
class Weather {
 public:
  // So long after a trouble everything is as if there had been none.
  static constexpr std::chrono::seconds kRecovery{14};

  // Something happens at a replica that may delay everybody: a fault, a lost connection.
  void Trouble(int replica, Time now) { Last(replica) = std::max(Last(replica), now); }
  // The same, for as long as it lasts.
  void Begin(int replica) { ++lasting_[replica]; }
  void End(int replica, Time now) {
    --lasting_[replica];
    Trouble(replica, now);
  }
  // That topic has had an answer that was no plain acknowledgement, or a late one.
  void TroubleOf(UserId user) { troubled_users_.insert(user); }

  // Whether all was well at the replica from its recovery before `since` until now.
  bool Calm(int replica, Time since) const {
    const auto lasting = lasting_.find(replica);
    if (lasting != lasting_.end() && lasting->second > 0) return false;
    const auto last = last_.find(replica);
    const Time trouble = last == last_.end() ? kFirst : last->second;
    return trouble + kRecovery <= since;
  }
  bool Healthy(UserId user) const { return troubled_users_.count(user) == 0; }

 private:
  // The first connections need a moment.
  static constexpr Time kFirst = Timeline::kStart + std::chrono::seconds(1) - kRecovery;

  Time& Last(int replica) { return last_.emplace(replica, kFirst).first->second; }

  std::map<int, Time> last_;
  std::map<int, int> lasting_;
  std::set<UserId> troubled_users_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_WEATHER_H_
