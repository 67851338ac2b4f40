#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(DeleteAttachmentValidationTest, NamesWhatIsWrong) {
  using Request = v1::PublishDeleteAttachmentRequest;
  ExpectOf<Request>({
      {"nothing",
       [](Request& r) { r.clear_delete_attachment(); },
       {"delete_attachment is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_delete_attachment()->Clear(); },
       {"delete_attachment.group_id" + kUuidRule, "delete_attachment.created_at is required",
        "delete_attachment.message_ids" + kCountRule, "delete_attachment.file_ids" + kCountRule}},
      {"a message that cannot be",
       [](Request& r) { r.mutable_delete_attachment()->set_message_ids(0, ""); },
       {"delete_attachment.message_ids[0]" + kUuidRule}},
      {"files that cannot be",
       [](Request& r) {
         r.mutable_delete_attachment()->add_file_ids("");
         r.mutable_delete_attachment()->add_file_ids(std::string(256, 'f'));
         r.mutable_delete_attachment()->add_file_ids(std::string(255, 'f'));
       },
       {"delete_attachment.file_ids[2]" + kFileIdRule,
        "delete_attachment.file_ids[3]" + kFileIdRule}},
  });
}

}  // namespace
}  // namespace dino::event
