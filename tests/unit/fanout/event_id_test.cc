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

// The values of Python's uuid.uuid5.
TEST(EventIdTest, OfAKeyIsTheSameInEveryProcess) {
  EXPECT_EQ(EventIdOf("key"), "dbfea641-ac86-58a9-8948-48c14cfb2816");
  EXPECT_EQ(EventIdOf("e"), "86c40bb9-062e-5e37-8b82-aa0c538216a6");
  EXPECT_EQ(EventIdOf("f"), "7f3775a0-9713-53bd-9718-b0f02bb649c8");
  EXPECT_EQ(EventIdOf("a"), "24695219-4550-5b15-9f34-1be09272e6b3");
  EXPECT_EQ(EventIdOf("g"), "66ea57f4-ed79-5c0a-88db-caebd1bbd375");
  EXPECT_EQ(EventIdOf("order-4711/message"), "8c5da089-7645-5dd8-979c-5599af22c83f");
}

}  // namespace
}  // namespace dino::fanout
