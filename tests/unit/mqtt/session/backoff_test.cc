#include "server/mqtt/session/backoff.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <set>

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;

TEST(BackoffTest, DoublesUpToTwoSecondsAndShortensByATenthToHalf) {
  constexpr std::array<milliseconds, 7> kLongest = {
      milliseconds(100),  milliseconds(200),  milliseconds(400), milliseconds(800),
      milliseconds(1600), milliseconds(2000), milliseconds(2000)};
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Backoff backoff(seed);
    for (const milliseconds longest : kLongest) {
      const auto delay = backoff.Next();
      EXPECT_LE(delay, longest * 9 / 10) << "seed " << seed;
      EXPECT_GE(delay, longest / 2) << "seed " << seed;
    }
  }
}

TEST(BackoffTest, ResetStartsAnew) {
  Backoff backoff(1);
  for (int i = 0; i < 10; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), milliseconds(100));
}

TEST(BackoffTest, SessionsWithDifferentSeedsDoNotComeBackTogether) {
  std::set<Clock::duration> delays;
  for (unsigned seed = 1; seed <= 100; ++seed) delays.insert(Backoff(seed).Next());
  EXPECT_GT(delays.size(), 50U);
}

}  // namespace
}  // namespace dino::mqtt
