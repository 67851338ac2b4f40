#include "tests/support/mqtt/shaped_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dino::testing {
namespace {

using std::chrono::milliseconds;

constexpr Clock::time_point kStart{};

// Writes everything that may be written at that time.
std::string WriteAll(ShapedStream& stream, const Shape& shape, Clock::time_point now) {
  std::string written;
  while (true) {
    const std::string ready(stream.Ready(shape, now));
    if (ready.empty()) return written;
    written += ready;
    stream.Written(ready.size(), shape, now);
  }
}

TEST(ShapedStreamTest, PassesBytesAtOnce) {
  ShapedStream stream(1);
  stream.Push("ab", {}, kStart);
  stream.Push("c", {}, kStart);
  EXPECT_EQ(stream.size(), 3U);
  EXPECT_EQ(WriteAll(stream, {}, kStart), "abc");
  EXPECT_EQ(stream.size(), 0U);
  EXPECT_EQ(stream.NextTime({}), std::nullopt);
}

TEST(ShapedStreamTest, HoldsBytesAndLosesNone) {
  ShapedStream stream(1);
  Shape hold;
  hold.hold = true;
  stream.Push("ab", hold, kStart);
  EXPECT_EQ(WriteAll(stream, hold, kStart + std::chrono::hours(1)), "");
  EXPECT_EQ(stream.NextTime(hold), std::nullopt);
  EXPECT_EQ(WriteAll(stream, {}, kStart), "ab");
}

TEST(ShapedStreamTest, DelaysBytes) {
  ShapedStream stream(1);
  Shape delay;
  delay.delay = milliseconds(200);
  stream.Push("a", delay, kStart);
  EXPECT_EQ(WriteAll(stream, delay, kStart + milliseconds(199)), "");
  EXPECT_EQ(stream.NextTime(delay), kStart + milliseconds(200));
  EXPECT_EQ(WriteAll(stream, delay, kStart + milliseconds(200)), "a");
}

TEST(ShapedStreamTest, KeepsBytesInOrderDespiteJitter) {
  ShapedStream stream(1);
  Shape jitter;
  jitter.delay = milliseconds(200);
  jitter.jitter = milliseconds(100);
  std::string pushed;
  std::string written;
  for (int i = 0; i < 100; ++i) {
    const std::string bytes(1, static_cast<char>('a' + i % 26));
    pushed += bytes;
    stream.Push(bytes, jitter, kStart + milliseconds(i));
  }
  EXPECT_EQ(WriteAll(stream, jitter, kStart + milliseconds(99)), "");
  for (int i = 100; i < 400; ++i) written += WriteAll(stream, jitter, kStart + milliseconds(i));
  EXPECT_EQ(written, pushed);
}

TEST(ShapedStreamTest, LimitsBytesPerSecond) {
  ShapedStream stream(1);
  Shape limit;
  limit.bytes_per_second = 1000;
  stream.Push(std::string(5000, 'x'), limit, kStart);
  std::size_t written = 0;
  for (int i = 0; i < 1000; ++i) {
    written += WriteAll(stream, limit, kStart + milliseconds(i)).size();
  }
  EXPECT_EQ(written, 1000U);
  EXPECT_EQ(stream.NextTime(limit), kStart + milliseconds(1000));
}

TEST(ShapedStreamTest, PassesOneByteAtATime) {
  ShapedStream stream(1);
  Shape one;
  one.one_byte_at_a_time = true;
  stream.Push("ab", one, kStart);
  EXPECT_EQ(stream.Ready(one, kStart), "a");
  stream.Written(1, one, kStart);
  EXPECT_EQ(stream.Ready(one, kStart), "b");
}

}  // namespace
}  // namespace dino::testing
