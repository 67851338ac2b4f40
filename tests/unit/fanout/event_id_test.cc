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
    const std::string id = RandomEventId();
    EXPECT_THAT(id,
                ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                        "[0-9a-f]{12}"));
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
}

// As Python's uuid.uuid5 makes them.
TEST(EventIdTest, OfAKeyIsTheSameInEveryProcess) {
  EXPECT_EQ(EventIdOf("key"), "dbfea641-ac86-58a9-8948-48c14cfb2816");
  EXPECT_EQ(EventIdOf("order-4711/message"), "8c5da089-7645-5dd8-979c-5599af22c83f");
}

}  // namespace
}  // namespace dino::fanout
