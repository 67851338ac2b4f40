#include "tests/soak/manner.h"

namespace dino::soak {
namespace {

using std::chrono::milliseconds;

// One in this many calls is cancelled.
constexpr unsigned kCancelOneIn = 4;

}  // namespace

CallPlan CallPlanner::Next() {
  switch (manner_) {
    case Manner::kPlain:
      break;
    case Manner::kRepeats:
      return {Between(milliseconds(300), milliseconds(3000)), {}};
    case Manner::kShortDeadline:
      return {Between(milliseconds(50), milliseconds(500)), {}};
    case Manner::kCancels:
      if (random_() % kCancelOneIn != 0) break;
      // Half of them are cancelled while the bridge is likely to be at work, the others during a
      // fault.
      const milliseconds most = random_() % 2 == 0 ? milliseconds(8) : milliseconds(2000);
      return {deadline_, Between(milliseconds(0), most)};
  }
  return {deadline_, {}};
}

milliseconds CallPlanner::Between(milliseconds least, milliseconds most) {
  std::uniform_int_distribution<milliseconds::rep> length(least.count(), most.count());
  return milliseconds(length(random_));
}

}  // namespace dino::soak
