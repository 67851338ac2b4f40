#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

using Request = v1::PublishReadRequest;

const std::string kUserIdRule = " must be 1 to 9007199254740991 (2^53-1)";
const std::string kGroupTypeRule =
    "read.group_type must be GROUP_TYPE_ONE_TO_ONE: Read receipts are only broadcasted in 1-to-1 "
    "conversations";

std::vector<std::string> After(const std::function<void(Request&)>& change) {
  auto request = Valid<Request>();
  change(request);
  return Lines(Validate(request, Limits()));
}

struct Case {
  const char* name;
  std::function<void(Request&)> change;
  std::vector<std::string> expected;
};

TEST(ReadValidationTest, NamesTheInvalidField) {
  const std::vector<Case> cases = {
      {"no group_id",
       [](Request& r) { r.mutable_read()->clear_group_id(); },
       {"read.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits"}},
      {"no user_id",
       [](Request& r) { r.mutable_read()->clear_user_id(); },
       {"read.user_id" + kUserIdRule}},
      {"user_id too large",
       [](Request& r) { r.mutable_read()->set_user_id(9007199254740992); },
       {"read.user_id" + kUserIdRule}},
      {"no read_at",
       [](Request& r) { r.mutable_read()->clear_read_at(); },
       {"read.read_at is required"}},
      {"no group_type", [](Request& r) { r.mutable_read()->clear_group_type(); }, {kGroupTypeRule}},
      {"multi-user group",
       [](Request& r) { r.mutable_read()->set_group_type(v1::GROUP_TYPE_MULTI_USER); },
       {kGroupTypeRule}},
      {"unknown group_type",
       [](Request& r) { r.mutable_read()->set_group_type(static_cast<v1::GroupType>(7)); },
       {kGroupTypeRule}},
      {"three recipients",
       [](Request& r) { r.add_user_ids(1); },
       {"user_ids must name at most 2 different users"}},
  };
  for (const Case& c : cases) EXPECT_EQ(After(c.change), c.expected) << c.name;
}

TEST(ReadValidationTest, AcceptsOneOrTwoDifferentRecipients) {
  EXPECT_TRUE(After([](Request&) {}).empty());
  EXPECT_TRUE(After([](Request& r) { r.mutable_user_ids()->Truncate(1); }).empty());
  EXPECT_TRUE(After([](Request& r) { r.add_user_ids(r.user_ids(0)); }).empty());
}

TEST(ReadValidationTest, ObeysALowerLimitOfRecipients) {
  Limits limits;
  limits.max_recipients = 1;
  EXPECT_EQ(Lines(Validate(Valid<Request>(), limits)),
            std::vector<std::string>{"user_ids must name at most 1 different users"});
}

TEST(ReadValidationTest, NamesEveryFieldOfAnEmptyReadAtOnce) {
  EXPECT_EQ(After([](Request& r) {
              r.Clear();
              r.mutable_read();
            }),
            (std::vector<std::string>{
                "read.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits",
                "read.user_id" + kUserIdRule,
                "read.read_at is required",
                kGroupTypeRule,
                "user_ids must name at least one user",
            }));
}

TEST(ReadValidationTest, RequiresTheReadAndStillChecksTheRest) {
  EXPECT_EQ(After([](Request& r) {
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
