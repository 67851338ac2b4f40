#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

TEST(AttachmentTest, RequiresAFile) {
  auto request = Valid<v1::PublishAttachmentRequest>();
  request.mutable_message()->clear_file_id();
  EXPECT_EQ(Lines(Validate(request, Limits())),
            std::vector<std::string>{"message.file_id is required: 1 to 255 bytes"});
}

}  // namespace
}  // namespace dino::event
