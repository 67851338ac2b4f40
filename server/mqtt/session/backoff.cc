#include "server/mqtt/session/backoff.h"

#include <algorithm>

namespace dino::mqtt {

Clock::duration Backoff::Next() {
  const auto longest = std::chrono::microseconds(longest_next_);
  longest_next_ = std::min(2 * longest_next_, kLongest);
  std::uniform_int_distribution<std::chrono::microseconds::rep> delay(longest.count() / 2,
                                                                      longest.count() * 9 / 10);
  return std::chrono::microseconds(delay(random_));
}

void Backoff::Reset() { longest_next_ = kShortest; }

}  // namespace dino::mqtt
