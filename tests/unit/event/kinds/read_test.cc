#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

using ReadRequest = v1::PublishReadRequest;

const std::string kReadGroupTypeRule =
    "read.group_type must be GROUP_TYPE_ONE_TO_ONE: Read receipts are only broadcasted in 1-to-1 "
    "conversations";

TEST(ReadValidationTest, NamesTheInvalidField) {
  ExpectOf<ReadRequest>({
      {"no group_id",
       [](ReadRequest& r) { r.mutable_read()->clear_group_id(); },
       {"read.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits"}},
      {"no user_id",
       [](ReadRequest& r) { r.mutable_read()->clear_user_id(); },
       {"read.user_id" + kUserIdRule}},
      {"user_id too large",
       [](ReadRequest& r) { r.mutable_read()->set_user_id(9007199254740992); },
       {"read.user_id" + kUserIdRule}},
      {"no read_at",
       [](ReadRequest& r) { r.mutable_read()->clear_read_at(); },
       {"read.read_at is required"}},
      {"no group_type",
       [](ReadRequest& r) { r.mutable_read()->clear_group_type(); },
       {kReadGroupTypeRule}},
      {"multi-user group",
       [](ReadRequest& r) { r.mutable_read()->set_group_type(v1::GROUP_TYPE_MULTI_USER); },
       {kReadGroupTypeRule}},
      {"unknown group_type",
       [](ReadRequest& r) { r.mutable_read()->set_group_type(static_cast<v1::GroupType>(7)); },
       {kReadGroupTypeRule}},
      {"three recipients",
       [](ReadRequest& r) { r.add_user_ids(1); },
       {"user_ids must name at most 2 different users"}},
  });
}

TEST(ReadValidationTest, AcceptsOneOrTwoDifferentRecipients) {
  EXPECT_TRUE(LinesAfter<ReadRequest>([](ReadRequest&) {}).empty());
  EXPECT_TRUE(
      LinesAfter<ReadRequest>([](ReadRequest& r) { r.mutable_user_ids()->Truncate(1); }).empty());
  EXPECT_TRUE(
      LinesAfter<ReadRequest>([](ReadRequest& r) { r.add_user_ids(r.user_ids(0)); }).empty());
}

TEST(ReadValidationTest, ObeysALowerLimitOfRecipients) {
  Limits limits;
  limits.max_recipients = 1;
  EXPECT_EQ(Lines(Validate(Valid<ReadRequest>(), limits)),
            std::vector<std::string>{"user_ids must name at most 1 different users"});
}

TEST(ReadValidationTest, NamesEveryFieldOfAnEmptyReadAtOnce) {
  EXPECT_EQ(LinesAfter<ReadRequest>([](ReadRequest& r) {
              r.Clear();
              r.mutable_read();
            }),
            (std::vector<std::string>{
                "read.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits",
                "read.user_id" + kUserIdRule,
                "read.read_at is required",
                kReadGroupTypeRule,
                "user_ids must name at least one user",
            }));
}

TEST(ReadValidationTest, RequiresTheReadAndStillChecksTheRest) {
  EXPECT_EQ(LinesAfter<ReadRequest>([](ReadRequest& r) {
              r.clear_read();
              r.set_user_ids(0, 0);
            }),
            (std::vector<std::string>{"read is required", "user_ids[0]" + kUserIdRule}));
}

TEST(ReadJsonTest, LeavesGroupTypeAndRecipientsOutOfARead) {
  EXPECT_EQ(EventJson(Valid<v1::PublishReadRequest>()),
            R"({"event_type":"read","group_id":"6cbb3265-2a7f-494d-92ad-f4503d55d49f",)"
            R"("user_id":1234,"read_at":1597877384.794828})");
}

}  // namespace
}  // namespace dino::event
