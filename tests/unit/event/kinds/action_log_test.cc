#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

TEST(ActionLogTest, NeedsNoFile) {
  auto request = Valid<v1::PublishActionLogRequest>();
  request.mutable_message()->clear_file_id();
  EXPECT_TRUE(Validate(request, Limits()).empty());
  EXPECT_NE(EventJson(request).find(R"("file_id":null,)"), std::string::npos);
}

}  // namespace
}  // namespace dino::event
