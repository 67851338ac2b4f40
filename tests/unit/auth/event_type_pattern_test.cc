#include "server/auth/event_type_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::auth {
namespace {

TEST(EventTypePatternTest, IsATypeOrTheBeginningOfSome) {
  for (const std::string& pattern : {std::string("read"), std::string("a-1_b"), std::string("*"),
                                     std::string("build_*"), std::string(64, 'a')}) {
    EXPECT_EQ(EventTypePatternRule(pattern), "") << pattern;
  }
  for (const std::string& pattern :
       {std::string(), std::string("Read"), std::string("a b"), std::string("*_done"),
        std::string("a**"), std::string("a.b"), std::string(65, 'a'), std::string("\xC3\xA4")}) {
    EXPECT_NE(EventTypePatternRule(pattern), "") << pattern;
  }
}

TEST(EventTypePatternTest, MatchesTheWholeTypeOrItsBeginning) {
  EXPECT_TRUE(EventTypeMatches("read", "read"));
  EXPECT_FALSE(EventTypeMatches("read", "reads"));
  EXPECT_FALSE(EventTypeMatches("read", "rea"));
  EXPECT_TRUE(EventTypeMatches("build_*", "build_done"));
  EXPECT_TRUE(EventTypeMatches("build_*", "build_"));
  EXPECT_FALSE(EventTypeMatches("build_*", "build"));
  EXPECT_TRUE(EventTypeMatches("*", "read"));
}

}  // namespace
}  // namespace dino::auth
