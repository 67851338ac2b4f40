#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(DeleteAttachmentValidationTest, NamesTheInvalidFields) {
  using Request = v1::PublishDeleteAttachmentRequest;
  ExpectOf<Request>({
      {"nothing",
       [](Request& r) { r.clear_delete_attachment(); },
       {"delete_attachment is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_delete_attachment()->Clear(); },
       {"delete_attachment.group_id" + kUuidRule, "delete_attachment.created_at is required",
        "delete_attachment.message_ids" + kCountRule, "delete_attachment.file_ids" + kCountRule}},
      {"an invalid message",
       [](Request& r) { r.mutable_delete_attachment()->set_message_ids(0, ""); },
       {"delete_attachment.message_ids[0]" + kUuidRule}},
      {"an invalid first file",
       [](Request& r) { r.mutable_delete_attachment()->set_file_ids(0, ""); },
       {"delete_attachment.file_ids[0]" + kFileIdRule}},
      {"invalid files",
       [](Request& r) {
         r.mutable_delete_attachment()->add_file_ids("");
         r.mutable_delete_attachment()->add_file_ids(std::string(256, 'f'));
         r.mutable_delete_attachment()->add_file_ids(std::string(255, 'f'));
       },
       {"delete_attachment.file_ids[2]" + kFileIdRule,
        "delete_attachment.file_ids[3]" + kFileIdRule}},
  });
}

TEST(DeleteAttachmentValidationTest, CountsRepeatedMessagesAndFiles) {
  Limits limits;
  limits.max_recipients = 2;
  auto request = Valid<v1::PublishDeleteAttachmentRequest>();
  v1::DeleteAttachment& deleted = *request.mutable_delete_attachment();
  deleted.add_message_ids(deleted.message_ids(0));
  EXPECT_TRUE(Validate(request, limits).empty());
  deleted.add_message_ids(deleted.message_ids(0));
  deleted.add_file_ids(deleted.file_ids(0));
  EXPECT_EQ(Lines(Validate(request, limits)),
            (std::vector<std::string>{"delete_attachment.message_ids must have 1 to 2 entries",
                                      "delete_attachment.file_ids must have 1 to 2 entries"}));
}

}  // namespace
}  // namespace dino::event
