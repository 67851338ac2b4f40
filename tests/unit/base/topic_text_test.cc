#include "server/base/topic_text.h"

#include <gtest/gtest.h>

#include <string>

namespace dino {
namespace {

TEST(TopicTextTest, AcceptsTextThatEveryBrokerAccepts) {
  for (const char* text : {"", "dms/dev/", "$SYS", "a b", "Grüße/😀"}) {
    EXPECT_EQ(TopicTextRule(text), "") << text;
  }
}

TEST(TopicTextTest, NamesTheBrokenRule) {
  for (const char* text : {"+", "a/#", "a+b"}) {
    EXPECT_EQ(TopicTextRule(text), "must not contain the wildcards + and #") << text;
  }
  for (const char* text : {"\xFF", "a\xC3", "\xED\xA0\x80"}) {
    EXPECT_EQ(TopicTextRule(text), "must be UTF-8") << text;
  }
  // U+0001, U+007F, U+0085 and the non-characters U+FDD0, U+FFFF, U+10FFFE.
  for (const char* text :
       {"\x01", "\x7F", "\xC2\x85", "\xEF\xB7\x90", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBE"}) {
    EXPECT_EQ(TopicTextRule(text), "must not contain control characters or noncharacters") << text;
  }
  EXPECT_EQ(TopicTextRule(std::string(1, '\0')),
            "must not contain control characters or noncharacters");
}

TEST(TopicNameTest, HasNoEmptyLevels) {
  EXPECT_EQ(TopicNameRule("room/7", 2), "");
  EXPECT_EQ(TopicNameRule("", 2), "must not be empty");
  for (const char* name : {"/a", "a/", "a//b"}) {
    EXPECT_EQ(TopicNameRule(name, 9), "must have no empty level") << name;
  }
  EXPECT_EQ(TopicNameRule("a/b/c", 2), "must have fewer levels: a topic has at most 10");
}

TEST(TopicNameTest, IsNeitherASystemTopicNorTooLong) {
  EXPECT_EQ(TopicNameRule("$SYS", 2), "must not begin with $");
  EXPECT_EQ(TopicNameRule(std::string(kMaxTopicNameBytes, 'a'), 1), "");
  EXPECT_EQ(TopicNameRule(std::string(kMaxTopicNameBytes + 1, 'a'), 1),
            "must be at most 255 bytes");
}

TEST(TopicNameTest, KeepsTheRulesOfTopics) {
  EXPECT_EQ(TopicNameRule("a/#", 2), "must not contain the wildcards + and #");
}

TEST(TopicFilterTest, HasWildcardsAsWholeLevels) {
  for (const char* filter : {"a", "a/b", "+", "#", "+/#", "a/+/b", "a/#", "+/+"}) {
    EXPECT_EQ(TopicFilterRule(filter, 3), "") << filter;
  }
  for (const char* filter : {"a+", "a/b#", "++", "##"}) {
    EXPECT_EQ(TopicFilterRule(filter, 3), "must not contain the wildcards + and #") << filter;
  }
  for (const char* filter : {"#/a", "a/#/b", "#/#"}) {
    EXPECT_EQ(TopicFilterRule(filter, 3), "must have # as the last level only") << filter;
  }
}

TEST(TopicFilterTest, KeepsTheOtherRulesOfNames) {
  EXPECT_EQ(TopicFilterRule("", 2), "must not be empty");
  EXPECT_EQ(TopicFilterRule("+//a", 3), "must have no empty level");
  EXPECT_EQ(TopicFilterRule("$SYS/#", 2), "must not begin with $");
  EXPECT_EQ(TopicFilterRule("+/\x01", 2), "must not contain control characters or noncharacters");
  EXPECT_EQ(TopicFilterRule("a/b/#", 2), "must have fewer levels: a topic has at most 10");
}

TEST(TopicFilterTest, MatchesAsMqttHasIt) {
  struct Case {
    const char* filter;
    const char* name;
    bool matches;
  };
  const Case cases[] = {
      {"rooms/7", "rooms/7", true},     {"rooms/7", "rooms/70", false},
      {"rooms/7", "rooms", false},      {"rooms/7", "rooms/7/a", false},
      {"rooms/+", "rooms/7", true},     {"rooms/+", "rooms", false},
      {"rooms/+", "rooms/7/a", false},  {"+", "rooms", true},
      {"+", "rooms/7", false},          {"+/7", "rooms/7", true},
      {"+/7", "rooms/8", false},        {"rooms/#", "rooms/7/a", true},
      {"rooms/#", "rooms", true},       {"rooms/#", "roomsnot", false},
      {"#", "rooms/7", true},           {"rooms", "roomsnot", false},
      {"rooms/+/a", "rooms/7/a", true},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(TopicFilterMatches(row.filter, row.name), row.matches)
        << row.filter << " and " << row.name;
  }
}

}  // namespace
}  // namespace dino
