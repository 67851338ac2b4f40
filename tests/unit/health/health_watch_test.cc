#include "server/health/health_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/health/facts_of.h"

namespace dino::health::health_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class HealthWatchTest : public ::testing::Test {
 protected:
  void LookAfter(seconds time) {
    facts_.now += time;
    facts_.measured_at += time;
    watch_.Look();
  }

  Facts facts_ = GoodFacts();
  std::vector<Change> told_;
  HealthWatch watch_{[this] { return facts_; },
                     [this](const Change& change) { told_.push_back(change); }};
};

TEST_F(HealthWatchTest, KnowsSinceWhenAProblemHasBeenThere) {
  LookAfter(seconds(1));
  facts_.key_file_valid = false;
  LookAfter(seconds(1));
  const Time began = facts_.now;
  LookAfter(seconds(30));
  EXPECT_EQ(watch_.Read().health.problems.at(0).since, began);
  facts_.key_file_valid = true;
  LookAfter(seconds(1));
  facts_.key_file_valid = false;
  LookAfter(seconds(1));
  EXPECT_EQ(watch_.Read().health.problems.at(0).since, facts_.now);
}

TEST_F(HealthWatchTest, ReadsWhatIsTrueNowAndRemembersOnlyWhatItLookedAt) {
  LookAfter(seconds(1));
  facts_.draining = true;
  EXPECT_EQ(watch_.Read().health.verdict, Verdict::kDown);
  EXPECT_THAT(watch_.Changes(), IsEmpty());
  LookAfter(seconds(1));
  EXPECT_THAT(watch_.Changes(), SizeIs(1));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].kind, "draining");
}

TEST_F(HealthWatchTest, RemembersTheLastChangesTheNewestFirst) {
  LookAfter(seconds(1));
  for (std::size_t i = 0; i < HealthWatch::kChanges; ++i) {
    facts_.key_file_valid = !facts_.key_file_valid;
    LookAfter(seconds(1));
  }
  facts_.draining = true;
  LookAfter(seconds(1));
  EXPECT_THAT(watch_.Changes(), SizeIs(HealthWatch::kChanges));
  EXPECT_EQ(watch_.Changes().front().kind, "draining");
}

TEST_F(HealthWatchTest, WhatSwingsAboutItsBoundIsOneProblem) {
  LookAfter(seconds(1));
  for (std::size_t i = 0; i < 10; ++i) {
    facts_.pending_bytes.used = i % 2 == 0 ? 710 : 690;
    LookAfter(seconds(1));
  }
  EXPECT_THAT(watch_.Changes(), SizeIs(1));
  facts_.pending_bytes.used = 500;
  LookAfter(seconds(1));
  EXPECT_THAT(watch_.Changes(), SizeIs(2));
}

TEST_F(HealthWatchTest, CountsWhatABrokerDidInTheLastMinute) {
  mqtt::BrokerInfo& broker = facts_.brokers[0];
  broker.acknowledged = 100;
  LookAfter(seconds(1));
  broker.acknowledged = 103;
  broker.refused = 1;
  broker.losses[0] = 2;
  broker.puback_time = milliseconds(80);
  LookAfter(seconds(30));
  RecentBroker recent = watch_.Read().facts.recent_brokers.at(0);
  EXPECT_EQ(recent.acknowledged, 3U);
  EXPECT_EQ(recent.refused, 1U);
  EXPECT_EQ(recent.losses, 2U);
  EXPECT_EQ(recent.puback_time, milliseconds(20));
  LookAfter(seconds(59));
  recent = watch_.Read().facts.recent_brokers.at(0);
  EXPECT_EQ(recent.acknowledged, 0U);
  EXPECT_EQ(recent.puback_time, std::nullopt);
}

TEST_F(HealthWatchTest, FactsFromBeforeTheFirstLookCountNothing) {
  mqtt::BrokerInfo& broker = facts_.brokers[0];
  broker.acknowledged = 100;
  broker.losses[0] = 1;
  LookAfter(seconds(1));
  broker.acknowledged = 99;
  broker.losses[0] = 0;
  const HealthWatch::Reading reading = watch_.Read();
  const RecentBroker& recent = reading.facts.recent_brokers.at(0);
  EXPECT_EQ(recent.acknowledged, 0U);
  EXPECT_EQ(recent.losses, 0U);
  EXPECT_EQ(recent.puback_time, std::nullopt);
  EXPECT_THAT(reading.health.problems, IsEmpty());
}

TEST_F(HealthWatchTest, CountsWhoWasRefusedInTheLastMinute) {
  facts_.refusals.unknown_callers = 100;
  facts_.refusals.connections["descriptors"] = 7;
  facts_.refusals.over_quota["chat"] = 50;
  LookAfter(seconds(1));
  facts_.refusals.unknown_callers = 103;
  facts_.refusals.connections["limit"] = 1;
  for (int i = 0; i < 3; ++i) {
    facts_.refusals.over_quota["chat"] += 20;
    LookAfter(seconds(1));
  }
  LookAfter(seconds(1));
  Facts facts = watch_.Read().facts;
  EXPECT_EQ(facts.recent_refusals.unknown_callers, 3U);
  EXPECT_THAT(facts.recent_refusals.connections, ElementsAre(Pair("limit", 1U)));
  EXPECT_THAT(facts.recent_refusals.over_quota, ElementsAre(Pair("chat", 60U)));
  EXPECT_THAT(facts.over_quota_looks, ElementsAre(Pair("chat", 3U)));

  // It was taken out of the key file, and has come back.
  facts_.refusals.over_quota["chat"] = 0;
  LookAfter(seconds(1));
  EXPECT_THAT(watch_.Read().facts.recent_refusals.over_quota, IsEmpty());
  LookAfter(seconds(61));
  EXPECT_EQ(watch_.Read().facts.recent_refusals.unknown_callers, 0U);
  EXPECT_THAT(watch_.Read().facts.over_quota_looks, IsEmpty());
}

TEST_F(HealthWatchTest, AMomentOfOneCallerDoesNotProlongWhatIsWrongWithAnother) {
  LookAfter(seconds(1));
  for (int i = 0; i < 3; ++i) {
    facts_.refusals.over_quota["chat"] += 20;
    LookAfter(seconds(1));
  }
  LookAfter(seconds(1));
  EXPECT_THAT(watch_.Read().health.problems, SizeIs(1));
  facts_.refusals.over_quota["presence"] = 1;
  LookAfter(seconds(59));
  EXPECT_THAT(watch_.Read().facts.over_quota_looks, ElementsAre(Pair("presence", 1U)));
  EXPECT_THAT(watch_.Read().health.problems, IsEmpty());
}

TEST_F(HealthWatchTest, AStepOfTheWallClockDoesNotChangeTheLastMinute) {
  const auto recent = [this] { return watch_.Read().facts.recent_brokers.at(0).acknowledged; };
  LookAfter(seconds(1));
  facts_.brokers[0].acknowledged = 5;
  facts_.now += std::chrono::hours(2);
  LookAfter(seconds(30));
  EXPECT_EQ(recent(), 5U);
  facts_.now -= std::chrono::hours(3);
  LookAfter(seconds(31));
  EXPECT_EQ(recent(), 0U);
}

TEST_F(HealthWatchTest, ABrokerThatCameLaterHasCountedFromZero) {
  LookAfter(seconds(1));
  facts_.brokers.push_back(GoodBroker("c:1883", 0));
  facts_.brokers[2].acknowledged = 7;
  LookAfter(seconds(1));
  EXPECT_EQ(watch_.Read().facts.recent_brokers.at(2).acknowledged, 7U);
}

}  // namespace
}  // namespace dino::health::health_test
