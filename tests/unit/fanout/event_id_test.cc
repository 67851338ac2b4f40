#include "server/fanout/event_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dino::fanout {
namespace {

TEST(EventIdTest, IsARandomUuid) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = TextOf(RandomEventId());
    EXPECT_THAT(id,
                ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                        "[0-9a-f]{12}"));
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
}

// The values of Python's uuid.uuid5.
TEST(EventIdTest, OfAKeyIsTheSameInEveryProcess) {
  EXPECT_EQ(TextOf(EventIdOf("anonymous", "key")), "8c4af8ef-de61-5278-92a7-4eafdfb2451f");
  EXPECT_EQ(TextOf(EventIdOf("anonymous", "e")), "728022a6-5169-5fd3-a478-b1229c1da630");
  EXPECT_EQ(TextOf(EventIdOf("chat", "e")), "aef71e29-def6-50d7-84e0-e9475d7feb7d");
  EXPECT_EQ(TextOf(EventIdOf("CN=chat,O=Some One", "order-4711/message")),
            "a28e1ea0-2880-5633-aa9b-5134a9784d42");
}

}  // namespace
}  // namespace dino::fanout
