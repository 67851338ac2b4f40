#include "server/mqtt/session/broker_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class BrokerHealthTest : public ::testing::Test {
 protected:
  void Leave() {
    health_.TimedOut(0, now_);
    health_.TimedOut(1, now_);
    ASSERT_TRUE(health_.left());
  }

  std::vector<bool> changes_;
  BrokerHealth health_{seconds(5), [this](bool left) { changes_.push_back(left); }};
  Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(BrokerHealthTest, TwoTimeoutsInARowMeanThatTheBrokerIsLeft) {
  health_.TimedOut(0, now_);
  EXPECT_FALSE(health_.left());
  health_.TimedOut(1, now_);
  EXPECT_TRUE(health_.left());
  EXPECT_THAT(changes_, ElementsAre(true));
}

TEST_F(BrokerHealthTest, AnAnswerBetweenThemKeepsIt) {
  for (int i = 0; i < 5; ++i) {
    health_.TimedOut(0, now_);
    health_.Answered(now_);
  }
  EXPECT_FALSE(health_.left());
}

TEST_F(BrokerHealthTest, OneSessionAtATimeTriesItAgain) {
  Leave();
  EXPECT_FALSE(health_.TryProbe(0, now_ + milliseconds(4999)));
  EXPECT_TRUE(health_.TryProbe(0, now_ + seconds(5)));
  EXPECT_FALSE(health_.TryProbe(1, now_ + seconds(5)));
  health_.Answered(now_);
  EXPECT_FALSE(health_.left());
  EXPECT_THAT(changes_, ElementsAre(true, false));
}

TEST_F(BrokerHealthTest, ItIsTriedLaterAndLater) {
  Leave();
  for (const int backoff : {5, 10, 20, 40, 80, 80}) {
    EXPECT_FALSE(health_.TryProbe(0, now_ + seconds(backoff) - milliseconds(1)));
    now_ += seconds(backoff);
    ASSERT_TRUE(health_.TryProbe(0, now_));
    health_.TimedOut(0, now_);
  }
}

TEST_F(BrokerHealthTest, OneThatAnswersOnlyWhenItIsTriedIsTriedLaterAndLater) {
  for (const int backoff : {5, 10, 20, 40, 80, 80}) {
    Leave();
    EXPECT_FALSE(health_.TryProbe(0, now_ + seconds(backoff) - milliseconds(1)));
    now_ += seconds(backoff);
    ASSERT_TRUE(health_.TryProbe(0, now_));
    health_.Answered(now_);
    now_ += seconds(119);
  }
  now_ += seconds(1);
  Leave();
  EXPECT_TRUE(health_.TryProbe(0, now_ + seconds(5))) << "it was used for two minutes";
}

TEST_F(BrokerHealthTest, TimeoutsOfWhatWasSentBeforeDelayNothing) {
  Leave();
  health_.TimedOut(2, now_ + seconds(4));
  EXPECT_TRUE(health_.TryProbe(0, now_ + seconds(5)));
}

TEST_F(BrokerHealthTest, ASessionWithNothingToSendPassesTheProbeOnToEachOther) {
  Leave();
  now_ += seconds(5);
  for (const std::uint32_t session : {2U, 0U, 1U}) {
    ASSERT_TRUE(health_.TryProbe(session, now_)) << session;
    health_.PassOnProbe(session, now_);
    EXPECT_FALSE(health_.TryProbe(session, now_ + seconds(1))) << "it is others' turn";
    now_ += seconds(1);
  }
  EXPECT_FALSE(health_.TryProbe(0, now_));
  EXPECT_TRUE(health_.TryProbe(0, now_ + seconds(1))) << "there are no others";
}

TEST_F(BrokerHealthTest, AProbeThatIsLostIsRepeated) {
  Leave();
  now_ += seconds(5);
  ASSERT_TRUE(health_.TryProbe(0, now_));
  health_.EndProbe(0, now_);
  EXPECT_TRUE(health_.TryProbe(1, now_ + seconds(10)));
}

}  // namespace
}  // namespace dino::mqtt
