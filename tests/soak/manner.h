#ifndef DINO_TESTS_SOAK_MANNER_H_
#define DINO_TESTS_SOAK_MANNER_H_

#include <chrono>
#include <optional>
#include <random>

namespace dino::soak {

// How a caller calls.
enum class Manner {
  // With a long deadline. Continues after an error.
  kPlain,
  // With a key, and a deadline that may pass during a fault. Repeats a call until it is OK.
  kRepeats,
  // With a deadline that passes during every fault, and may on a busy machine.
  kShortDeadline,
  // Cancels some calls.
  kCancels,
};

// A caller's plan for a call.
struct CallPlan {
  std::chrono::milliseconds deadline{};
  // When it cancels the call, if still open.
  std::optional<std::chrono::milliseconds> cancel_after;
};

// The plans of a caller's calls, one after the other: the same for the same seed.
class CallPlanner {
 public:
  // `deadline` is the long one.
  CallPlanner(Manner manner, std::chrono::milliseconds deadline, unsigned seed)
      : manner_(manner), deadline_(deadline), random_(seed) {}

  CallPlan Next();

 private:
  std::chrono::milliseconds Between(std::chrono::milliseconds least,
                                    std::chrono::milliseconds most);

  const Manner manner_;
  const std::chrono::milliseconds deadline_;
  std::mt19937 random_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_MANNER_H_
