#ifndef DINO_TESTS_SOAK_SCHEDULE_H_
#define DINO_TESTS_SOAK_SCHEDULE_H_

#include <chrono>
#include <random>
#include <string_view>
#include <vector>

namespace dino::soak {

// What happens between the bridge and its broker.
enum class FaultKind {
  kReset,
  kClose,
  kHalfOpen,
  kAcksHeld,
  kAcksLost,
  kDelay,
  kThrottle,
  kByteByByte,
  kRefused,
  kBlackHole,
  kBrokerStopped,
  kBrokerRestarted,
  kBrokerKilled,
};

struct Fault {
  FaultKind kind = FaultKind::kReset;
  // How long it lasts.
  std::chrono::milliseconds length{};
};

// All kinds, in the order of a report.
const std::vector<FaultKind>& AllFaultKinds();

// For a report.
std::string_view NameOf(FaultKind kind);

// The sequence of faults of a run: the same for the same seed. Each kind occurs once in each round
// of all kinds.
class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) {}

  Fault Next();

 private:
  std::mt19937 random_;
  std::vector<FaultKind> round_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_SCHEDULE_H_
