#include "server/ops/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
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

TEST_F(HistoryTest, OldIntervalsAreDropped) {
  for (std::size_t i = 0; i < History::kIntervals + 10; ++i) Look();
  const std::vector<Interval> intervals = history_.Read();
  EXPECT_THAT(intervals, SizeIs(History::kIntervals));
  EXPECT_EQ(intervals.back().ended_at.time_since_epoch(), now_.time_since_epoch());
}

}  // namespace
}  // namespace dino::ops
