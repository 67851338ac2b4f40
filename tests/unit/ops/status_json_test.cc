#include "server/ops/status_json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mqtt/fake_publisher.h"

namespace dino::ops {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class StatusJsonTest : public ::testing::Test {
 protected:
  static mqtt::SessionPoolOptions PoolOptions() {
    mqtt::SessionPoolOptions options;
    options.brokers = {{"one", 1883}};
    options.sessions = 2;
    return options;
  }

  rapidjson::Document Json() {
    const std::string text = StatusJson(sources_);
    rapidjson::Document json;
    json.Parse(text.c_str());
    EXPECT_FALSE(json.HasParseError()) << text;
    return json;
  }

  mqtt::SessionPool pool_{PoolOptions()};
  testing::FakePublisher mqtt_;
  fanout::DirectPublisher publisher_{
      mqtt_, *fanout::TopicTemplate::Parse("{environment}/{user_id}", "test"), {}};
  transport::CallMeters calls_{{"INVALID_FIELD", "OVERLOADED"}};
  transport::MethodMeter& never_{calls_.Add({"service", "Never", "unary"})};
  transport::MethodMeter& publish_{calls_.Add({"service", "PublishMessage", "unary"})};
  History history_{calls_, publisher_.meter(), pool_.meter()};
  health::Facts facts_;
  health::HealthWatch health_{[this] {
    facts_.brokers = pool_.Brokers();
    return facts_;
  }};
  StatusSources sources_{
      "1.2.3",
      "host-1",
      std::chrono::system_clock::time_point(milliseconds(1500)),
      {{"environment", "a \"quoted\" one", "dev"}},
      health_,
      calls_,
      publisher_,
      pool_,
      history_,
      [] {
        return std::vector<std::pair<std::string, auth::Quota::Usage>>{{"chat", {3, 7, 1}}};
      }};
};

TEST_F(StatusJsonTest, ShowsTheState) {
  publish_.Started();
  publish_.Handled(0, milliseconds(1));
  calls_.Refused("OVERLOADED");
  const rapidjson::Document json = Json();
  EXPECT_STREQ(json["version"].GetString(), "1.2.3");
  EXPECT_STREQ(json["replica"].GetString(), "host-1");
  EXPECT_EQ(json["started_at"].GetDouble(), 1.5);
  ASSERT_EQ(json["sessions"].Size(), 2U);
  EXPECT_FALSE(json["sessions"][0]["connected"].GetBool());
  ASSERT_EQ(json["calls"].Size(), 1U);
  EXPECT_STREQ(json["calls"][0]["method"].GetString(), "PublishMessage");
  EXPECT_EQ(json["calls"][0]["handled"]["OK"].GetUint(), 1U);
  EXPECT_EQ(json["refused"]["OVERLOADED"].GetUint(), 1U);
  EXPECT_EQ(json["load"]["pending_publications"].GetUint(), 0U);
  ASSERT_EQ(json["callers"].Size(), 1U);
  EXPECT_STREQ(json["callers"][0]["name"].GetString(), "chat");
  EXPECT_EQ(json["callers"][0]["recipients"].GetUint(), 7U);
  EXPECT_STREQ(json["settings"]["environment"]["value"].GetString(), "a \"quoted\" one");
  EXPECT_STREQ(json["settings"]["environment"]["default"].GetString(), "dev");
}

TEST_F(StatusJsonTest, ShowsHealthWithItsProblemsBrokersAndChanges) {
  facts_.draining = true;
  health_.Look();
  const rapidjson::Document json = Json();
  EXPECT_FALSE(json["ready"].GetBool());
  EXPECT_STREQ(json["health"]["verdict"].GetString(), "down");
  const auto& problems = json["health"]["problems"];
  ASSERT_EQ(problems.Size(), 2U);
  EXPECT_STREQ(problems[0]["kind"].GetString(), "draining");
  EXPECT_TRUE(problems[0]["user_share"].IsNull());
  EXPECT_STREQ(problems[1]["kind"].GetString(), "no_broker");
  EXPECT_EQ(problems[1]["user_share"].GetDouble(), 1);
  EXPECT_STREQ(problems[1]["what"].GetString(), "Broker one:1883: not connected yet.");
  ASSERT_EQ(json["brokers"].Size(), 1U);
  const auto& broker = json["brokers"][0];
  EXPECT_STREQ(broker["state"].GetString(), "not connected");
  EXPECT_EQ(broker["sessions"].GetUint(), 2U);
  EXPECT_EQ(broker["home_share"].GetDouble(), 1);
  EXPECT_EQ(broker["losses"]["closed"].GetUint(), 0U);
  EXPECT_TRUE(broker["last_minute"]["puback_seconds"].IsNull());
  ASSERT_EQ(json["changes"].Size(), 2U);
}

// A PUBACK is a PUBACK, whoever has subscribed: the counters agree with the chart.
TEST_F(StatusJsonTest, AcknowledgedMeansTheSameInCountersAndHistory) {
  using mqtt::Outcome;
  const Clock::time_point start;
  const std::chrono::system_clock::time_point wall_time(seconds(1000));
  history_.Look(start, wall_time);
  fanout::Event event;
  event.json = "{}";
  event.recipients = std::vector<std::int64_t>{1, 2, 3, 4};
  event.deadline = Clock::now() + std::chrono::hours(1);
  publisher_.Publish(std::move(event), [](const fanout::EventPublisher::Result&) {});
  mqtt_.End(mqtt_.WaitForBatch(), {{Outcome::kNoSubscriber, 0, false},
                                   {Outcome::kNoSubscriber, 0, false},
                                   {Outcome::kAcknowledged, 0, false},
                                   {Outcome::kRejected, 0, false}});
  history_.Look(start + seconds(2), wall_time + seconds(2));
  const rapidjson::Document json = Json();
  const auto& publications = json["publications"];
  EXPECT_EQ(publications["acknowledged"].GetUint(), 3U);
  EXPECT_EQ(publications["no_subscriber"].GetUint(), 2U);
  EXPECT_EQ(publications["failed"].GetUint(), 1U);
  EXPECT_EQ(publications["rejected"].GetUint(), 1U);
  EXPECT_EQ(json["history"]["acknowledged_publications_per_second"][0].GetDouble(), 1.5);
  EXPECT_EQ(json["history"]["failed_publications_per_second"][0].GetDouble(), 0.5);
}

TEST_F(StatusJsonTest, HistoryHasRatesAndTimesByInterval) {
  const Clock::time_point start;
  const std::chrono::system_clock::time_point wall_time(seconds(1000));
  history_.Look(start, wall_time);
  publish_.Started();
  publish_.Handled(0, milliseconds(1));
  history_.Look(start + seconds(2), wall_time + seconds(2));
  history_.Look(start + seconds(4), wall_time + seconds(4));
  const rapidjson::Document json = Json();
  const auto& columns = json["history"];
  ASSERT_EQ(columns["ended_at"].Size(), 2U);
  EXPECT_EQ(columns["ended_at"][0].GetDouble(), 1002);
  EXPECT_EQ(columns["succeeded_calls_per_second"][0].GetDouble(), 0.5);
  EXPECT_EQ(columns["succeeded_calls_per_second"][1].GetDouble(), 0);
  EXPECT_GT(columns["call_seconds_p99"][0].GetDouble(), 0);
  EXPECT_TRUE(columns["call_seconds_p99"][1].IsNull());
  EXPECT_EQ(columns.MemberCount(), 9U);
  EXPECT_GT(json["calls"][0]["last_minute_seconds_p99"].GetDouble(), 0);
}

}  // namespace
}  // namespace dino::ops
