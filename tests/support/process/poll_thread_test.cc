#include "tests/support/process/poll_thread.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/process/file_descriptor.h"

namespace dino::testing {
namespace {

std::optional<Clock::time_point> WaitForTasks(std::vector<pollfd>& /*entries*/) { return {}; }

void DoNothing() {}

TEST(PollThreadTest, RunsATaskOnItsThreadBeforeRunReturns) {
  PollThread thread(WaitForTasks, DoNothing);
  std::thread::id ran_on;
  thread.Run([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
  std::thread::id next_ran_on;
  thread.Run([&] { next_ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(next_ran_on, ran_on);
}

TEST(PollThreadTest, RunsTasksOfManyThreadsOneAtATime) {
  PollThread thread(WaitForTasks, DoNothing);
  int count = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 200; ++j) thread.Run([&count] { ++count; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(count, 1600);
}

TEST(PollThreadTest, AdvancesAfterATask) {
  bool changed = false;
  std::promise<void> seen;
  PollThread thread(WaitForTasks, [&] {
    if (std::exchange(changed, false)) seen.set_value();
  });
  thread.Run([&] { changed = true; });
  EXPECT_EQ(seen.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(PollThreadTest, AdvancesWhenAFileDescriptorIsReady) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  const FileDescriptor from(ends[0]);
  const FileDescriptor to(ends[1]);
  std::promise<char> got;
  PollThread thread(
      [&](std::vector<pollfd>& entries) {
        entries.push_back({from.number(), POLLIN, 0});
        return std::nullopt;
      },
      [&] {
        char letter = 0;
        if (read(from.number(), &letter, 1) == 1) got.set_value(letter);
      });
  ASSERT_EQ(write(to.number(), "x", 1), 1);
  std::future<char> letter = got.get_future();
  ASSERT_EQ(letter.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(letter.get(), 'x');
}

TEST(PollThreadTest, AdvancesAtTheRequestedTime) {
  const Clock::time_point due = Clock::now() + std::chrono::milliseconds(20);
  std::promise<Clock::time_point> reached;
  bool done = false;
  PollThread thread(
      [&](std::vector<pollfd>& /*entries*/) {
        return done ? std::nullopt : std::optional<Clock::time_point>(due);
      },
      [&] {
        if (!std::exchange(done, true)) reached.set_value(Clock::now());
      });
  std::future<Clock::time_point> time = reached.get_future();
  ASSERT_EQ(time.wait_for(kPatience), std::future_status::ready);
  EXPECT_GE(time.get(), due);
}

TEST(PollThreadTest, DoesNotWaitForATimeInThePast) {
  std::promise<void> reached;
  bool done = false;
  PollThread thread(
      [&](std::vector<pollfd>& /*entries*/) {
        return done ? std::nullopt : std::optional<Clock::time_point>(Clock::time_point());
      },
      [&] {
        if (!std::exchange(done, true)) reached.set_value();
      });
  EXPECT_EQ(reached.get_future().wait_for(kPatience), std::future_status::ready);
}

}  // namespace
}  // namespace dino::testing
