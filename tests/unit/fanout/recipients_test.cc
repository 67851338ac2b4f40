#include "server/fanout/recipients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace dino::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RecipientsTest, AreUsersOrTopics) {
  const Recipients users({7, 5});
  EXPECT_EQ(users.size(), 2U);
  EXPECT_FALSE(users.are_topics());
  EXPECT_THAT(users.user_ids(), ElementsAre(7, 5));
  const Recipients topics = Recipients::OfTopics({"a", "b/c", "d"});
  EXPECT_EQ(topics.size(), 3U);
  EXPECT_TRUE(topics.are_topics());
  EXPECT_THAT(topics.topics(), ElementsAre("a", "b/c", "d"));
  EXPECT_THAT(topics.user_ids(), IsEmpty());
}

TEST(RecipientsTest, KeepTheirOrderWhenSomeAreLeftOut) {
  const auto odd = [](std::size_t index) { return index % 2 == 1; };
  EXPECT_THAT(Recipients({9, 8, 7, 6}).Only(odd).user_ids(), ElementsAre(8, 6));
  EXPECT_THAT(Recipients::OfTopics({"a", "b", "c"}).Only(odd).topics(), ElementsAre("b"));
}

TEST(RecipientsTest, TakeTheMemoryOfTheirIdsOrNames) {
  EXPECT_EQ(Recipients({1, 2, 3}).bytes(), 3 * sizeof(std::int64_t));
  EXPECT_EQ(Recipients::OfTopics({"a", "b/c"}).bytes(), 2 * sizeof(std::string) + 4);
}

// A user's topic may also be named directly, and its events must stay in order.
TEST(RecipientsTest, TheTopicOfAUserHasTheUsersOrderKey) {
  const Recipients users({1, 9007199254740991});
  const Recipients topics = Recipients::OfTopics({"1", "9007199254740991"});
  EXPECT_EQ(users.OrderKey(0), topics.OrderKey(0));
  EXPECT_EQ(users.OrderKey(1), topics.OrderKey(1));
}

// The first output of SplitMix64 seeded with 0. Every replica must choose the same session.
TEST(RecipientsTest, AUsersOrderKeyIsThatOfSplitMix64) {
  const Recipients user({static_cast<std::int64_t>(0x9E3779B97F4A7C15U)});
  EXPECT_EQ(user.OrderKey(0), 0xE220A8397B1DCDAFU);
}

TEST(RecipientsTest, DifferentTopicsHaveDifferentOrderKeys) {
  const Recipients topics =
      Recipients::OfTopics({"1", "01", "+1", "1a", "1/", "99999999999999999999", "-1", "0", "a"});
  std::set<std::uint64_t> keys;
  for (std::size_t i = 0; i < topics.size(); ++i) keys.insert(topics.OrderKey(i));
  EXPECT_EQ(keys.size(), topics.size());
}

}  // namespace
}  // namespace dino::fanout
