#include "server/ops/status_json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <chrono>
#include <string>

namespace dino::ops {
namespace {

TEST(StatusJsonTest, TellsWhatPeopleWantToKnow) {
  mqtt::SessionPoolOptions pool_options;
  pool_options.brokers = {{"one", 1883}};
  pool_options.sessions = 2;
  mqtt::SessionPool pool(pool_options);
  fanout::Fanout fanout(pool, *fanout::TopicTemplate::Parse("{environment}/{user_id}", "test"), {});
  rpc::CallMeters calls;
  calls.Add({"service", "Never", "unary"});
  rpc::MethodMeter& method = calls.Add({"service", "Method", "unary"});
  method.Started();
  method.Handled(0, std::chrono::milliseconds(1));
  calls.Refused("OVERLOADED");
  const std::string text =
      StatusJson({"1.2.3",
                  std::chrono::system_clock::time_point(std::chrono::milliseconds(1500)),
                  {{"environment", "a \"quoted\" one"}},
                  [] { return false; },
                  calls,
                  fanout,
                  pool});
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
  EXPECT_STREQ(json["settings"]["environment"].GetString(), "a \"quoted\" one");
}

}  // namespace
}  // namespace dino::ops
