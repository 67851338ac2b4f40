#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(DeleteMessageValidationTest, NamesWhatIsWrong) {
  using Request = v1::PublishDeleteMessageRequest;
  ExpectOf<Request>({
      {"nothing", [](Request& r) { r.clear_delete_message(); }, {"delete_message is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_delete_message()->Clear(); },
       {"delete_message.group_id" + kUuidRule, "delete_message.created_at is required",
        "delete_message.message_ids" + kCountRule}},
      {"a message that cannot be",
       [](Request& r) { r.mutable_delete_message()->add_message_ids("1"); },
       {"delete_message.message_ids[2]" + kUuidRule}},
      {"too many",
       [](Request& r) {
         const std::string id = r.delete_message().message_ids(0);
         for (int i = 0; i < 999; ++i) r.mutable_delete_message()->add_message_ids(id);
       },
       {"delete_message.message_ids" + kCountRule}},
  });
}

}  // namespace
}  // namespace dino::event
