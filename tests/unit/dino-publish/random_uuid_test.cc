#include "clients/dino-publish/random_uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dino::publish_client {
namespace {

TEST(RandomUuidTest, IsOfVersion4AndDifferentEachTime) {
  const std::string uuid = RandomUuid();
  EXPECT_THAT(uuid,
              ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                      "[0-9a-f]{12}"));
  EXPECT_NE(uuid, RandomUuid());
}

}  // namespace
}  // namespace dino::publish_client
