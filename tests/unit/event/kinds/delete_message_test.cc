#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(DeleteMessageValidationTest, NamesTheInvalidFields) {
  using Request = v1::PublishDeleteMessageRequest;
  ExpectOf<Request>({
      {"nothing", [](Request& r) { r.clear_delete_message(); }, {"delete_message is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_delete_message()->Clear(); },
       {"delete_message.group_id" + kUuidRule, "delete_message.created_at is required",
        "delete_message.message_ids" + kCountRule}},
      {"an invalid message",
       [](Request& r) { r.mutable_delete_message()->add_message_ids("1"); },
       {"delete_message.message_ids[2]" + kUuidRule}},
      {"too many",
       [](Request& r) {
         const std::string id = r.delete_message().message_ids(0);
         for (int i = 0; i < 9999; ++i) r.mutable_delete_message()->add_message_ids(id);
       },
       {"delete_message.message_ids" + kCountRule}},
  });
}

TEST(DeleteMessageValidationTest, CountsARepeatedMessage) {
  Limits limits;
  limits.max_recipients = 2;
  auto request = Valid<v1::PublishDeleteMessageRequest>();
  EXPECT_TRUE(Validate(request, limits).empty());
  request.mutable_delete_message()->add_message_ids(request.delete_message().message_ids(0));
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"delete_message.message_ids must have 1 to 2 entries"});
}

}  // namespace
}  // namespace dino::event
