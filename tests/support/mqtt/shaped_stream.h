#ifndef DINO_TESTS_SUPPORT_MQTT_SHAPED_STREAM_H_
#define DINO_TESTS_SUPPORT_MQTT_SHAPED_STREAM_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "tests/support/process/patience.h"

namespace dino::testing {

// How bytes travel in one direction of a connection: by default, at once.
struct Shape {
  // Nothing travels, and nothing is lost.
  bool hold = false;
  // How long they travel, plus or minus `jitter`; they stay in order.
  Clock::duration delay{};
  Clock::duration jitter{};
  // 0: no limit.
  std::size_t bytes_per_second = 0;
  // Each byte is written separately.
  bool one_byte_at_a_time = false;
};

// The bytes in transit in one direction of a connection.
//
// Is told the time, and reads no clock. Not thread-safe.
class ShapedStream {
 public:
  // The jitter comes from `seed`.
  explicit ShapedStream(unsigned seed) : random_(seed) {}

  // Adds bytes, which get the shape's current delay.
  void Push(std::string bytes, const Shape& shape, Clock::time_point now);

  // What may be written now: empty, or some of the bytes. Valid until the next call.
  std::string_view Ready(const Shape& shape, Clock::time_point now) const;

  // Records that this many of the bytes were written.
  void Written(std::size_t count, const Shape& shape, Clock::time_point now);

  // When there will be something to write; nothing if that depends on no time.
  std::optional<Clock::time_point> NextTime(const Shape& shape) const;

  // The number of bytes in transit.
  std::size_t size() const { return size_; }

 private:
  struct Piece {
    std::string bytes;
    Clock::time_point due;
  };

  std::mt19937 random_;
  std::deque<Piece> pieces_;
  // How much of the first piece has been written.
  std::size_t written_ = 0;
  std::size_t size_ = 0;
  // When the limit on bytes per second next allows any.
  Clock::time_point paused_until_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_SHAPED_STREAM_H_
