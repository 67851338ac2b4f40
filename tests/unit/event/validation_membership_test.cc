// Events about who is in a group, and what was deleted from it.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "server/event/validation.h"
#include "tests/unit/event/valid_requests.h"

namespace dino::event {
namespace {

const std::string kUserIdRule = " must be 1 to 9007199254740991 (2^53-1)";
const std::string kUuidRule = " must be a UUID: 8-4-4-4-12 hexadecimal digits";
const std::string kFileIdRule = " must be 1 to 255 bytes";
const std::string kCountRule = " must have 1 to 1000 entries";

template <typename Request>
struct Case {
  const char* name;
  std::function<void(Request&)> change;
  std::vector<std::string> expected;
};

template <typename Request>
void ExpectOf(const std::vector<Case<Request>>& cases) {
  EXPECT_TRUE(Lines(Validate(Valid<Request>(), Limits())).empty());
  for (const Case<Request>& c : cases) {
    auto request = Valid<Request>();
    c.change(request);
    EXPECT_EQ(Lines(Validate(request, Limits())), c.expected) << c.name;
  }
}

TEST(JoinValidationTest, NamesWhatIsWrong) {
  using Request = v1::PublishJoinRequest;
  ExpectOf<Request>({
      {"no join", [](Request& r) { r.clear_join(); }, {"join is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_join()->Clear(); },
       {"join.group_id" + kUuidRule, "join.created_at is required",
        "join.user_ids must name at least one user"}},
      {"a joiner who cannot be",
       [](Request& r) { r.mutable_join()->add_user_ids(0); },
       {"join.user_ids[1]" + kUserIdRule}},
      {"no recipient",
       [](Request& r) { r.clear_user_ids(); },
       {"user_ids must name at least one user"}},
      {"a recipient who cannot be",
       [](Request& r) { r.set_user_ids(1, -1); },
       {"user_ids[1]" + kUserIdRule}},
      {"a bad option",
       [](Request& r) { r.mutable_options()->set_idempotency_key(" "); },
       {"options.idempotency_key must be at most 128 bytes of visible ASCII, without spaces"}},
  });
}

TEST(JoinValidationTest, LimitsJoinersAndRecipientsEach) {
  Limits limits;
  limits.max_recipients = 1;
  auto request = Valid<v1::PublishJoinRequest>();
  request.mutable_join()->add_user_ids(5);
  EXPECT_EQ(Lines(Validate(request, limits)),
            (std::vector<std::string>{"user_ids must name at most 1 different users",
                                      "join.user_ids must name at most 1 different users"}));
}

TEST(LeaveValidationTest, NamesWhatIsWrong) {
  using Request = v1::PublishLeaveRequest;
  ExpectOf<Request>({
      {"no leave", [](Request& r) { r.clear_leave(); }, {"leave is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_leave()->Clear(); },
       {"leave.group_id" + kUuidRule, "leave.created_at is required",
        "leave.user_id" + kUserIdRule}},
      {"no recipient",
       [](Request& r) { r.clear_user_ids(); },
       {"user_ids must name at least one user"}},
  });
}

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
       {"delete_message.message_ids[1]" + kUuidRule}},
      {"too many",
       [](Request& r) {
         const std::string id = r.delete_message().message_ids(0);
         for (int i = 0; i < 1000; ++i) r.mutable_delete_message()->add_message_ids(id);
       },
       {"delete_message.message_ids" + kCountRule}},
  });
}

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
       {"delete_attachment.file_ids[1]" + kFileIdRule,
        "delete_attachment.file_ids[2]" + kFileIdRule}},
  });
}

}  // namespace
}  // namespace dino::event
