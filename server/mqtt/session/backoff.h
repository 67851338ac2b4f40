#ifndef DINO_SERVER_MQTT_SESSION_BACKOFF_H_
#define DINO_SERVER_MQTT_SESSION_BACKOFF_H_

#include <chrono>
#include <random>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// How long to wait before the next attempt to connect: 0.1 s, doubled by each failure up to
// 2 s, then shortened by a random part of a tenth to one half, so that many sessions do not come
// back at the same moment, and none needs more than 2 s to begin and to connect. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(unsigned seed) : random_(seed) {}

  // The next delay; the one after it will be longer.
  Clock::duration Next();

  // Starts anew at the shortest delay.
  void Reset();

 private:
  std::chrono::milliseconds longest_next_ = kShortest;
  std::minstd_rand random_;

  static constexpr std::chrono::milliseconds kShortest{100};
  static constexpr std::chrono::milliseconds kLongest{2000};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BACKOFF_H_
