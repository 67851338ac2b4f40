#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "server/event/event_json.h"
#include "server/event/validation.h"

namespace dino::event {
namespace {

std::string Golden(const std::string& name) {
  std::ifstream file(DINO_GOLDEN_DIR "/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// golden/NAME.request.json is the request, golden/NAME.event.json what subscribers receive.
template <typename Request>
void ExpectGolden(const std::string& name) {
  Request request;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(Golden(name + ".request.json"), &request);
  ASSERT_TRUE(parsed.ok()) << parsed.ToString();
  EXPECT_EQ(Validate(request, Limits()).Summary(), "");
  EXPECT_EQ(EventJson(request), Golden(name + ".event.json"));
}

TEST(GoldenTest, Group) { ExpectGolden<v1::PublishGroupRequest>("group"); }
TEST(GoldenTest, Message) { ExpectGolden<v1::PublishMessageRequest>("message"); }
TEST(GoldenTest, MessageAtHalfASecond) {
  ExpectGolden<v1::PublishMessageRequest>("message_half_second");
}
TEST(GoldenTest, MessageWithHardText) {
  ExpectGolden<v1::PublishMessageRequest>("message_hard_text");
}
TEST(GoldenTest, Attachment) { ExpectGolden<v1::PublishAttachmentRequest>("attachment"); }
TEST(GoldenTest, Edit) { ExpectGolden<v1::PublishEditRequest>("edit"); }
TEST(GoldenTest, ActionLog) { ExpectGolden<v1::PublishActionLogRequest>("action_log"); }
TEST(GoldenTest, Read) { ExpectGolden<v1::PublishReadRequest>("read"); }
TEST(GoldenTest, Join) { ExpectGolden<v1::PublishJoinRequest>("join"); }
TEST(GoldenTest, Leave) { ExpectGolden<v1::PublishLeaveRequest>("leave"); }
TEST(GoldenTest, DeleteAttachment) {
  ExpectGolden<v1::PublishDeleteAttachmentRequest>("delete_attachment");
}
TEST(GoldenTest, Custom) { ExpectGolden<v1::PublishCustomRequest>("custom"); }
TEST(GoldenTest, DeleteMessage) { ExpectGolden<v1::PublishDeleteMessageRequest>("delete_message"); }

}  // namespace
}  // namespace dino::event
