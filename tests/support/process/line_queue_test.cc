#include "tests/support/process/line_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace dino::testing {
namespace {

Clock::time_point Soon() { return Clock::now() + kPatience; }

TEST(LineQueueTest, JoinsLinesCutAnywhere) {
  LineQueue queue;
  queue.Append("fi");
  queue.Append("rst\n\nth");
  queue.Append("ird\n");

  EXPECT_EQ(queue.Next(Soon()), "first");
  EXPECT_EQ(queue.Next(Soon()), "");
  EXPECT_EQ(queue.Next(Soon()), "third");
}

TEST(LineQueueTest, AnUnfinishedLineCountsOnceTheStreamEnds) {
  LineQueue queue;
  queue.Append("last");

  EXPECT_EQ(queue.Next(Clock::now()), std::nullopt);
  queue.Close();
  EXPECT_EQ(queue.Next(Soon()), "last");
  EXPECT_EQ(queue.Next(Soon()), std::nullopt);
}

TEST(LineQueueTest, WakesAWaitingThread) {
  LineQueue queue;
  std::thread writer([&queue] { queue.Append("line\n"); });

  EXPECT_EQ(queue.Next(Soon()), "line");
  writer.join();
}

}  // namespace
}  // namespace dino::testing
