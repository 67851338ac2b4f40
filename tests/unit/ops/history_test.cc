#include "server/ops/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace dino::ops {
namespace {

using mqtt::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HistoryTest : public ::testing::Test {
 protected:
  void Look() {
    now_ += seconds(2);
    history_.Look(now_, std::chrono::system_clock::time_point(now_.time_since_epoch()));
  }

  transport::CallMeters calls_;
  transport::MethodMeter& publish_{calls_.Add({"service", "PublishMessage", "unary"})};
  transport::MethodMeter& stream_{calls_.Add({"service", "PublishStream", "bidi_stream"})};
  transport::MethodMeter& check_{calls_.Add({"health", "Check", "unary"})};
  fanout::PublicationMeter publications_{{"one", "two"}};
  mqtt::SessionMeter sessions_;
  History history_{calls_, publications_, sessions_};
  Clock::time_point now_;
};

TEST_F(HistoryTest, CountsOnlyFromTheFirstReading) {
  publish_.Handled(0, milliseconds(1));
  Look();
  EXPECT_THAT(history_.Read(), IsEmpty());
  Look();
  ASSERT_THAT(history_.Read(), SizeIs(1));
  EXPECT_EQ(history_.Read()[0].succeeded_calls, 0U);
  EXPECT_EQ(history_.Read()[0].calls.p50, std::nullopt);
}

TEST_F(HistoryTest, AnIntervalCountsItsOwnWork) {
  Look();
  publish_.Handled(0, milliseconds(1));
  publish_.Handled(0, milliseconds(1));
  publish_.Handled(14, seconds(2));
  stream_.Handled(0, seconds(100));
  check_.Handled(0, seconds(100));
  publications_.Ended(0, {{Outcome::kAcknowledged, 0, false}, {Outcome::kUnknown, 0, false}});
  publications_.Ended(1,
                      {{Outcome::kNoSubscriber, 0x10, false}, {Outcome::kRejected, 0x99, false}});
  sessions_.puback.Observe(milliseconds(4));
  Look();
  Look();
  const std::vector<Interval> intervals = history_.Read();
  ASSERT_THAT(intervals, SizeIs(2));
  EXPECT_EQ(intervals[0].seconds, 2);
  EXPECT_EQ(intervals[0].succeeded_calls, 3U) << "the stream too, the health check not";
  EXPECT_EQ(intervals[0].failed_calls, 1U);
  EXPECT_EQ(intervals[0].acknowledged_publications, 2U);
  EXPECT_EQ(intervals[0].failed_publications, 2U);
  EXPECT_NEAR(intervals[0].calls.p50.value_or(0), 0.001, 0.0005);
  EXPECT_NEAR(intervals[0].calls.p99.value_or(0), 2, 0.6) << "the stream's time is none of a call";
  EXPECT_NEAR(intervals[0].pubacks.p50.value_or(0), 0.004, 0.0015);
  EXPECT_EQ(intervals[1].succeeded_calls, 0U);
  EXPECT_EQ(intervals[1].pubacks.p99, std::nullopt);
}

TEST_F(HistoryTest, TheLastMinuteTellsWhatCameAfterTheLastAcknowledgement) {
  const auto end = [this](Outcome outcome, int count) {
    for (int i = 0; i < count; ++i) publications_.Ended(0, {{outcome, 0, false}});
  };
  Look();
  end(Outcome::kRejected, 1);
  Look();
  for (std::size_t i = 1; i < History::kMinute - 2; ++i) Look();
  end(Outcome::kNoSubscriber, 2);
  end(Outcome::kRejected, 3);
  Look();
  end(Outcome::kRejected, 4);
  Look();
  end(Outcome::kUnknown, 5);
  Look();
  const health::RecentPublications recent = history_.LastMinute();
  EXPECT_EQ(recent.acknowledged, 2U);
  EXPECT_EQ(recent.rejected, 7U) << "the first is more than a minute ago";
  EXPECT_EQ(recent.failed, 5U);
  EXPECT_EQ(recent.rejected_since_acknowledged, 4U);
  EXPECT_EQ(recent.failed_since_acknowledged, 5U);
  EXPECT_EQ(recent.failing_looks, 2U);
}

TEST_F(HistoryTest, WhatIsRejectedWhileItLooksHasNotFailedForAnotherReason) {
  std::atomic<bool> done{false};
  std::thread publisher([this, &done] {
    while (!done) publications_.Ended(0, {{Outcome::kRejected, 0x87, false}});
  });
  while (publications_.ended(0, Outcome::kRejected) == 0) std::this_thread::yield();
  std::uint64_t failed = 0;
  for (int i = 0; i < 1000 && failed == 0; ++i) {
    Look();
    failed = history_.LastMinute().failed;
  }
  done = true;
  publisher.join();
  EXPECT_EQ(failed, 0U);
}

TEST_F(HistoryTest, CallsOfTheLastMinuteAreThoseOfEachMethod) {
  Look();
  publish_.Handled(0, milliseconds(1));
  check_.Handled(0, seconds(1));
  Look();
  std::vector<Times> times = history_.CallsOfLastMinute();
  ASSERT_THAT(times, SizeIs(3));
  EXPECT_NEAR(times[0].p99.value_or(0), 0.001, 0.0005);
  EXPECT_EQ(times[1].p99, std::nullopt);
  EXPECT_GT(times[2].p99.value_or(0), 0.4);
  for (std::size_t i = 0; i < History::kMinute; ++i) Look();
  EXPECT_EQ(history_.CallsOfLastMinute().at(0).p99, std::nullopt);
}

TEST_F(HistoryTest, OldIntervalsAreDropped) {
  for (std::size_t i = 0; i < History::kIntervals + 10; ++i) Look();
  const std::vector<Interval> intervals = history_.Read();
  EXPECT_THAT(intervals, SizeIs(History::kIntervals));
  EXPECT_EQ(intervals.back().ended_at.time_since_epoch(), now_.time_since_epoch());
}

}  // namespace
}  // namespace dino::ops
