#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

// Writes golden/NAME.event.json for golden/NAME.request.json.
void ExpectGolden(const std::string& name) {
  v1::PublishMessageRequest request;
  ReadGoldenRequest(name, request);
  EXPECT_EQ(Validate(request, Limits()).Summary(), "");
  EXPECT_EQ(EventJson(request), GoldenEvent(name));
}

TEST(MessageTest, WritesHalfASecondShort) { ExpectGolden("message_half_second"); }

TEST(MessageTest, WritesHardText) { ExpectGolden("message_hard_text"); }

TEST(MessageTest, NeedsNoFile) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->clear_file_id();
  EXPECT_TRUE(Validate(request, Limits()).empty());
}

}  // namespace
}  // namespace dino::event
