#include "server/base/traceparent.h"

#include <gtest/gtest.h>

#include <string>

namespace dino {
namespace {

constexpr char kGood[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string With(std::size_t position, char c) {
  std::string text = kGood;
  text[position] = c;
  return text;
}

TEST(TraceparentTest, AcceptsTheW3cForm) { EXPECT_TRUE(IsTraceparent(kGood)); }

TEST(TraceparentTest, RefusesEverythingElse) {
  EXPECT_FALSE(IsTraceparent(""));
  EXPECT_FALSE(IsTraceparent(std::string(kGood) + "0"));
  EXPECT_FALSE(IsTraceparent(std::string(kGood).substr(1)));
  EXPECT_FALSE(IsTraceparent(With(0, 'f'))) << "another version";
  EXPECT_FALSE(IsTraceparent(With(3, 'A'))) << "upper case";
  EXPECT_FALSE(IsTraceparent(With(4, 'g'))) << "not hexadecimal";
  EXPECT_FALSE(IsTraceparent(With(35, '0'))) << "no dash";
  EXPECT_FALSE(IsTraceparent(With(52, '0'))) << "no dash";
  EXPECT_FALSE(IsTraceparent(With(54, '\0'))) << "a NUL";
  EXPECT_FALSE(IsTraceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
  EXPECT_FALSE(IsTraceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
}

TEST(ParentIdOfTest, IsTheSecondId) {
  EXPECT_EQ(ParentIdOf(kGood), "b7ad6b7169203331");
  EXPECT_EQ(ParentIdOf(""), "");
}

TEST(IsSampledTest, IsTheLowestFlag) {
  EXPECT_TRUE(IsSampled(With(54, '1')));
  EXPECT_TRUE(IsSampled(With(54, 'b')));
  EXPECT_FALSE(IsSampled(With(54, '0')));
  EXPECT_FALSE(IsSampled(With(54, 'e')));
  EXPECT_FALSE(IsSampled(""));
}

TEST(TraceIdTest, IsTheSecondPart) {
  EXPECT_EQ(TraceIdOf(kGood), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(TraceIdOf(""), "");
}

}  // namespace
}  // namespace dino
