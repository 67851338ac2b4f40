// A topic that the broker is too busy for, and 99 that it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

constexpr std::int64_t kBusyUser = 50;
constexpr std::size_t kOthers = 99;
constexpr int kPairsOfCalls = 25;
constexpr std::chrono::seconds kBusyDeadline{3};
// A machine with other work may disturb one round, but not each.
constexpr int kBusyRounds = 4;
constexpr double kMaxBusyRatio = 1.2;

// When the broker acknowledged what, by the event's text.
class Acknowledgements {
 public:
  void Note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[text];
    ++entry.count;
    entry.last = Clock::now();
    changed_.notify_all();
  }

  // The time of the last of `kOthers`, waited for until `deadline`.
  Clock::time_point WaitForOthers(const std::string& text, Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_until(lock, deadline, [&] { return entries_[text].count == kOthers; }))
        << entries_[text].count << " of " << kOthers << " were acknowledged in time";
    return entries_[text].last;
  }

 private:
  struct Entry {
    std::size_t count = 0;
    Clock::time_point last;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
};

double MedianOfSeconds(std::vector<double> seconds) {
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

// The number of sessions.
class BusyTopicTest : public ::testing::TestWithParam<int> {
 protected:
  BusyTopicTest() {
    broker_.AnswerWith([this](const Publish& publish) -> std::uint8_t {
      if (publish.topic == "dms/dev/" + std::to_string(kBusyUser)) return 0x97;
      acknowledgements_.Note(TextOf(publish.payload));
      return 0;
    });
    others_.resize(kOthers + 1);
    std::iota(others_.begin(), others_.end(), 1);
    all_ = others_;
    others_.erase(others_.begin() + kBusyUser - 1);
    broker_.WaitForSessions(static_cast<std::size_t>(GetParam()));
    bridge_.WaitForReadiness(true);
  }

  std::future<grpc::Status> Call(const std::vector<std::int64_t>& users, const std::string& text) {
    return std::async(std::launch::async, [this, request = MessageRequest(users, text)] {
      return bridge_.Publish(request, nullptr, RestartableBridge::Deadline::kNone);
    });
  }

  // How long it takes until the others are acknowledged.
  double Measure(const std::vector<std::int64_t>& users,
                 std::vector<std::future<grpc::Status>>& to) {
    const std::string text = "call " + std::to_string(++calls_);
    const Clock::time_point begin = Clock::now();
    to.push_back(Call(users, text));
    const Clock::time_point end = acknowledgements_.WaitForOthers(text, begin + kBusyDeadline);
    return std::chrono::duration<double>(end - begin).count();
  }

  AutomaticBroker broker_;
  Acknowledgements acknowledgements_;
  // Callers wait longer, so that the answer is the bridge's.
  RestartableBridge bridge_{broker_.address(),
                            {"--mqtt-sessions=" + std::to_string(GetParam()),
                             "--default-deadline=" + std::to_string(kBusyDeadline.count()) + "s"}};
  std::vector<std::int64_t> others_;
  std::vector<std::int64_t> all_;
  int calls_ = 0;
};

TEST_P(BusyTopicTest, DelaysNoOther) {
  double least = 1e9;
  for (int round = 0; round < kBusyRounds && least > kMaxBusyRatio; ++round) {
    std::vector<std::future<grpc::Status>> with;
    std::vector<std::future<grpc::Status>> without;
    // One that waits already.
    const std::size_t before = broker_.publications().size();
    auto first = Call({kBusyUser}, "busy");
    broker_.WaitForPublications(before + 1);
    std::vector<double> seconds_with;
    std::vector<double> seconds_without;
    for (int i = 0; i < kPairsOfCalls && !HasFailure(); ++i) {
      seconds_without.push_back(Measure(others_, without));
      seconds_with.push_back(Measure(all_, with));
    }
    const grpc::Status busy = first.get();
    EXPECT_EQ(ReasonOf(busy), "BROKER_BUSY") << Describe(busy);
    for (auto& call : without) EXPECT_TRUE(call.get().ok());
    for (auto& call : with) {
      const grpc::Status status = call.get();
      const auto failure = DetailOf<v1::PublishFailure>(status);
      ASSERT_TRUE(failure.has_value()) << Describe(status);
      EXPECT_EQ(failure->acknowledged_count(), kOthers);
      ASSERT_EQ(failure->failed_recipients_size(), 1);
      EXPECT_EQ(failure->failed_recipients(0).user_id(), kBusyUser);
    }
    if (HasFailure()) return;
    const double ratio = MedianOfSeconds(seconds_with) / MedianOfSeconds(seconds_without);
    std::cout << "the others beside the busy one over without it: " << ratio << "\n";
    least = std::min(least, ratio);
  }
  EXPECT_LE(least, kMaxBusyRatio);
}

INSTANTIATE_TEST_SUITE_P(Sessions, BusyTopicTest, ::testing::Values(1, 8),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace dino::testing
