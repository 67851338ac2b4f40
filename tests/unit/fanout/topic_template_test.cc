#include "server/fanout/topic_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "tests/support/case_name.h"

namespace dino::fanout {
namespace {

std::string Topic(const TopicTemplate& topic_template, std::int64_t user_id) {
  std::string topic;
  topic_template.Write(user_id, topic);
  return topic;
}

struct GoodCase {
  std::string name;
  std::string text;
  std::string environment;
  std::string topic;  // Of user 42.
};

class GoodTemplateTest : public ::testing::TestWithParam<GoodCase> {};

TEST_P(GoodTemplateTest, MakesTheTopic) {
  const auto parsed = TopicTemplate::Parse(GetParam().text, GetParam().environment);

  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(Topic(*parsed, 42), GetParam().topic);
}

INSTANTIATE_TEST_SUITE_P(
    All, GoodTemplateTest,
    ::testing::Values(
        GoodCase{"Default", "dms/{environment}/{user_id}", "dev", "dms/dev/42"},
        GoodCase{"WithoutEnvironment", "users/{user_id}", "dev", "users/42"},
        GoodCase{"UserAlone", "{user_id}", "dev", "42"},
        GoodCase{"UserFirst", "{user_id}/events", "dev", "42/events"},
        GoodCase{"EnvironmentInsideALevel", "dms-{environment}-1/{user_id}/in", "prod",
                 "dms-prod-1/42/in"},
        GoodCase{"EnvironmentAfterTheUser", "{user_id}/{environment}", "dev", "42/dev"},
        GoodCase{"EnvironmentIsNotParsed", "{environment}/{user_id}", "{user_id}", "{user_id}/42"},
        GoodCase{"DollarLater", "a/$b/{user_id}", "dev", "a/$b/42"},
        GoodCase{"Utf8", "größe/😀/{user_id}", "dev", "größe/😀/42"},
        GoodCase{"TenLevels", "1/2/3/4/5/6/7/8/9/{user_id}", "dev", "1/2/3/4/5/6/7/8/9/42"},
        GoodCase{"LongestTopic", std::string(1003, 'a') + "/{user_id}", "dev",
                 std::string(1003, 'a') + "/42"},
        GoodCase{"LongestEnvironment", "{environment}/{user_id}", std::string(64, 'e'),
                 std::string(64, 'e') + "/42"}),
    testing::CaseName());

struct BadCase {
  std::string name;
  std::string text;
  std::string environment;
  std::string error;
};

class BadTemplateTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadTemplateTest, IsRefusedWithItsRule) {
  const auto parsed = TopicTemplate::Parse(GetParam().text, GetParam().environment);

  EXPECT_EQ(parsed.status(), absl::InvalidArgumentError(GetParam().error));
}

constexpr char kOnce[] = "{user_id} must occur once";
constexpr char kWhole[] = "{user_id} must be a whole level, between slashes";
constexpr char kBraces[] = "{ and } may only enclose the placeholders {user_id} and {environment}";
constexpr char kUtf8[] = "the template must be UTF-8";
constexpr char kControl[] = "the template must not contain control characters or noncharacters";
constexpr char kWildcards[] = "the template must not contain the wildcards + and #";
constexpr char kDollar[] = "the topic must not begin with $";

INSTANTIATE_TEST_SUITE_P(
    All, BadTemplateTest,
    ::testing::Values(
        BadCase{"Empty", "", "dev", kOnce}, BadCase{"NoUser", "dms/{environment}", "dev", kOnce},
        BadCase{"UserTwice", "{user_id}/{user_id}", "dev", "{user_id} must occur only once"},
        BadCase{"EnvironmentTwice", "{environment}/{environment}/{user_id}", "dev",
                "{environment} must occur at most once"},
        BadCase{"TextBeforeUser", "dms/u{user_id}", "dev", kWhole},
        BadCase{"TextAfterUser", "dms/{user_id}x/y", "dev", kWhole},
        BadCase{"EnvironmentBesideUser", "{environment}{user_id}", "dev", kWhole},
        BadCase{"UnknownPlaceholder", "{tenant}/{user_id}", "dev", kBraces},
        BadCase{"EmptyPlaceholder", "{}/{user_id}", "dev", kBraces},
        BadCase{"OpenBrace", "{user_id}/{environment", "dev", kBraces},
        BadCase{"CloseBrace", "a}/{user_id}", "dev", kBraces},
        BadCase{"Plus", "a/+/{user_id}", "dev", kWildcards},
        BadCase{"Hash", "a/{user_id}/#", "dev", kWildcards},
        BadCase{"Dollar", "$share/{user_id}", "dev", kDollar},
        BadCase{"DollarBySubstitution", "{environment}/{user_id}", "$dev", kDollar},
        BadCase{"ElevenLevels", "1/2/3/4/5/6/7/8/9/{user_id}/11", "dev",
                "the topic must have at most 10 levels"},
        BadCase{"TooLong", std::string(1004, 'a') + "/{user_id}", "dev",
                "the topic must be at most 1024 bytes long"},
        BadCase{"TooLongAfterTheUser", "{user_id}/" + std::string(1004, 'a'), "dev",
                "the topic must be at most 1024 bytes long"},
        BadCase{"TooLongAroundTheUser",
                std::string(600, 'a') + "/{user_id}/" + std::string(500, 'a'), "dev",
                "the topic must be at most 1024 bytes long"},
        BadCase{"Nul", std::string("a\0/{user_id}", 12), "dev", kControl},
        BadCase{"NewLine", "a\n/{user_id}", "dev", kControl},
        BadCase{"C1Control", "a\u0085/{user_id}", "dev", kControl},
        BadCase{"NonCharacter", "a\uFFFE/{user_id}", "dev", kControl},
        BadCase{"StrayByte", "a\xff/{user_id}", "dev", kUtf8},
        BadCase{"CutSequence", "{user_id}/\xe2\x82", "dev", kUtf8},
        BadCase{"Overlong", "\xc0\xaf/{user_id}", "dev", kUtf8},
        BadCase{"Surrogate", "\xed\xa0\x80/{user_id}", "dev", kUtf8},
        BadCase{"BeyondUnicode", "\xf4\x90\x80\x80/{user_id}", "dev", kUtf8},
        BadCase{"EnvironmentEmpty", "{user_id}", "", "environment must be 1 to 64 bytes"},
        BadCase{"EnvironmentTooLong", "{user_id}", std::string(65, 'e'),
                "environment must be 1 to 64 bytes"},
        BadCase{"EnvironmentOfTwoLevels", "{user_id}", "a/b",
                "environment must be a single topic level, without /"},
        BadCase{"EnvironmentWithWildcard", "{user_id}", "a+",
                "environment must not contain the wildcards + and #"},
        BadCase{"EnvironmentNotUtf8", "{user_id}", "\xff", "environment must be UTF-8"},
        BadCase{"EnvironmentWithControl", "{user_id}", "a\x7f",
                "environment must not contain control characters or noncharacters"}),
    testing::CaseName());

TEST(TopicTemplateTest, WritesAnyIdInDecimal) {
  const auto parsed = TopicTemplate::Parse("u/{user_id}/e", "dev");
  ASSERT_TRUE(parsed.ok());

  EXPECT_EQ(Topic(*parsed, 1), "u/1/e");
  EXPECT_EQ(Topic(*parsed, std::numeric_limits<std::int64_t>::max()), "u/9223372036854775807/e");
  EXPECT_EQ(Topic(*parsed, std::numeric_limits<std::int64_t>::min()), "u/-9223372036854775808/e");
}

TEST(TopicTemplateTest, WritesANameInPlaceOfAUser) {
  std::string topic;
  TopicTemplate::Parse("a/{user_id}/z", "dev")->Write("rooms/lobby", topic);
  EXPECT_EQ(topic, "a/rooms/lobby/z");
}

TEST(TopicTemplateTest, NamesMayUseTheRemainingLevels) {
  EXPECT_EQ(TopicTemplate::Parse("{user_id}", "dev")->max_name_levels(), 10U);
  EXPECT_EQ(TopicTemplate::Parse("a/b/{user_id}/c", "dev")->max_name_levels(), 7U);
}

TEST(TopicTemplateTest, ReplacesTheStringWithoutAllocating) {
  const auto parsed = TopicTemplate::Parse("dms/{environment}/{user_id}", "dev");
  ASSERT_TRUE(parsed.ok());
  std::string topic;
  topic.reserve(100);
  topic = "what was here before";
  const char* const storage = topic.data();

  parsed->Write(7, topic);

  EXPECT_EQ(topic, "dms/dev/7");
  EXPECT_EQ(topic.data(), storage);
}

}  // namespace
}  // namespace dino::fanout
