#include "server/ops/status_json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <chrono>
#include <string>

namespace dino::ops {
namespace {

TEST(StatusJsonTest, ShowsTheState) {
  mqtt::SessionPoolOptions pool_options;
  pool_options.brokers = {{"one", 1883}};
  pool_options.sessions = 2;
  mqtt::SessionPool pool(pool_options);
  fanout::DirectPublisher publisher(
      pool, *fanout::TopicTemplate::Parse("{environment}/{user_id}", "test"), {});
  transport::CallMeters calls({"INVALID_FIELD", "OVERLOADED"});
  calls.Add({"service", "Never", "unary"});
  transport::MethodMeter& method = calls.Add({"service", "Method", "unary"});
  method.Started();
  method.Handled(0, std::chrono::milliseconds(1));
  calls.Refused("OVERLOADED");
  const History history(calls, publisher.meter(), pool.meter());
  const std::string text = StatusJson(
      {"1.2.3",
       std::chrono::system_clock::time_point(std::chrono::milliseconds(1500)),
       {{"environment", "a \"quoted\" one"}},
       [] { return false; },
       calls,
       publisher,
       pool,
       history,
       [] {
         return std::vector<std::pair<std::string, auth::Quota::Usage>>{{"chat", {3, 7, 1}}};
       }});
  rapidjson::Document json;
  json.Parse(text.c_str());
  ASSERT_FALSE(json.HasParseError()) << text;
  EXPECT_STREQ(json["version"].GetString(), "1.2.3");
  EXPECT_FALSE(json["ready"].GetBool());
  EXPECT_EQ(json["started_at"].GetDouble(), 1.5);
  ASSERT_EQ(json["sessions"].Size(), 2U);
  EXPECT_FALSE(json["sessions"][0]["connected"].GetBool());
  ASSERT_EQ(json["calls"].Size(), 1U);
  EXPECT_STREQ(json["calls"][0]["method"].GetString(), "Method");
  EXPECT_EQ(json["calls"][0]["handled"]["OK"].GetUint(), 1U);
  EXPECT_EQ(json["refused"]["OVERLOADED"].GetUint(), 1U);
  EXPECT_EQ(json["publications"]["unknown"].GetUint(), 0U);
  EXPECT_EQ(json["load"]["pending_publications"].GetUint(), 0U);
  ASSERT_EQ(json["callers"].Size(), 1U);
  EXPECT_STREQ(json["callers"][0]["name"].GetString(), "chat");
  EXPECT_EQ(json["callers"][0]["recipients"].GetUint(), 7U);
  EXPECT_STREQ(json["settings"]["environment"].GetString(), "a \"quoted\" one");
}

TEST(StatusJsonTest, HistoryHasRatesAndTimesByInterval) {
  mqtt::SessionPoolOptions pool_options;
  pool_options.brokers = {{"one", 1883}};
  mqtt::SessionPool pool(pool_options);
  fanout::DirectPublisher publisher(
      pool, *fanout::TopicTemplate::Parse("{environment}/{user_id}", "test"), {});
  transport::CallMeters calls;
  transport::MethodMeter& method = calls.Add({"service", "PublishMessage", "unary"});
  History history(calls, publisher.meter(), pool.meter());
  const Clock::time_point start;
  const std::chrono::system_clock::time_point wall_time(std::chrono::seconds(1000));
  history.Look(start, wall_time);
  method.Handled(0, std::chrono::milliseconds(1));
  history.Look(start + std::chrono::seconds(2), wall_time + std::chrono::seconds(2));
  history.Look(start + std::chrono::seconds(4), wall_time + std::chrono::seconds(4));
  rapidjson::Document json;
  json.Parse(StatusJson({"1.2.3",
                         wall_time,
                         {},
                         [] { return true; },
                         calls,
                         publisher,
                         pool,
                         history,
                         [] { return std::vector<std::pair<std::string, auth::Quota::Usage>>(); }})
                 .c_str());
  const auto& columns = json["history"];
  ASSERT_EQ(columns["ended_at"].Size(), 2U);
  EXPECT_EQ(columns["ended_at"][0].GetDouble(), 1002);
  EXPECT_EQ(columns["succeeded_calls_per_second"][0].GetDouble(), 0.5);
  EXPECT_EQ(columns["succeeded_calls_per_second"][1].GetDouble(), 0);
  EXPECT_GT(columns["call_seconds_p99"][0].GetDouble(), 0);
  EXPECT_TRUE(columns["call_seconds_p99"][1].IsNull());
  EXPECT_EQ(columns.MemberCount(), 9U);
}

}  // namespace
}  // namespace dino::ops
