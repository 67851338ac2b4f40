#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

using GroupRequest = v1::PublishGroupRequest;

const std::string kTimeRule = " must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z";
const std::string kGroupTypeRule =
    "group.group_type must be GROUP_TYPE_MULTI_USER or GROUP_TYPE_ONE_TO_ONE";

TEST(GroupValidationTest, NamesTheInvalidField) {
  ExpectOf<GroupRequest>({
      {"no group_id",
       [](GroupRequest& r) { r.mutable_group()->clear_group_id(); },
       {"group.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits"}},
      {"no name",
       [](GroupRequest& r) { r.mutable_group()->clear_name(); },
       {"group.name must be 1 to 1024 bytes"}},
      {"long name",
       [](GroupRequest& r) { r.mutable_group()->set_name(std::string(1025, 'n')); },
       {"group.name must be 1 to 1024 bytes"}},
      {"no created_at",
       [](GroupRequest& r) { r.mutable_group()->clear_created_at(); },
       {"group.created_at is required"}},
      {"no updated_at",
       [](GroupRequest& r) { r.mutable_group()->clear_updated_at(); },
       {"group.updated_at is required"}},
      {"no last_message_time",
       [](GroupRequest& r) { r.mutable_group()->clear_last_message_time(); },
       {"group.last_message_time is required"}},
      {"created_at before 1970",
       [](GroupRequest& r) { r.mutable_group()->mutable_created_at()->set_seconds(-1); },
       {"group.created_at" + kTimeRule}},
      {"updated_at before 1970",
       [](GroupRequest& r) { r.mutable_group()->mutable_updated_at()->set_seconds(-1); },
       {"group.updated_at" + kTimeRule}},
      {"last_message_time before 1970",
       [](GroupRequest& r) { r.mutable_group()->mutable_last_message_time()->set_seconds(-1); },
       {"group.last_message_time" + kTimeRule}},
      {"no group_type",
       [](GroupRequest& r) { r.mutable_group()->clear_group_type(); },
       {kGroupTypeRule}},
      {"unknown group_type",
       [](GroupRequest& r) { r.mutable_group()->set_group_type(static_cast<v1::GroupType>(7)); },
       {kGroupTypeRule}},
      {"negative group_type",
       [](GroupRequest& r) { r.mutable_group()->set_group_type(static_cast<v1::GroupType>(-1)); },
       {kGroupTypeRule}},
      {"no owner_id",
       [](GroupRequest& r) { r.mutable_group()->clear_owner_id(); },
       {"group.owner_id" + kUserIdRule}},
      {"bad member",
       [](GroupRequest& r) { r.mutable_group()->add_user_ids(9007199254740992); },
       {"group.user_ids[1]" + kUserIdRule}},
  });
}

TEST(GroupValidationTest, AcceptsTheExtremes) {
  EXPECT_TRUE(LinesAfter<GroupRequest>([](GroupRequest&) {}).empty());
  EXPECT_TRUE(LinesAfter<GroupRequest>([](GroupRequest& r) {
                r.mutable_group()->set_name("n");
                r.mutable_group()->set_owner_id(1);
                r.mutable_group()->mutable_created_at()->Clear();
              }).empty());
  EXPECT_TRUE(LinesAfter<GroupRequest>([](GroupRequest& r) {
                r.mutable_group()->set_name(std::string(1024, 'n'));
                r.mutable_group()->set_owner_id(9007199254740991);
                r.mutable_group()->set_group_type(v1::GROUP_TYPE_ONE_TO_ONE);
                r.mutable_group()->mutable_updated_at()->set_seconds(253402300799);
              }).empty());
}

TEST(GroupValidationTest, NamesEveryFieldOfAnEmptyGroupAtOnce) {
  EXPECT_EQ(LinesAfter<GroupRequest>([](GroupRequest& r) {
              r.Clear();
              r.mutable_group();
              r.mutable_options()->mutable_expiry();
            }),
            (std::vector<std::string>{
                "group.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits",
                "group.name must be 1 to 1024 bytes",
                "group.created_at is required",
                "group.updated_at is required",
                "group.last_message_time is required",
                kGroupTypeRule,
                "group.owner_id" + kUserIdRule,
                "options.expiry must be 1 to 4294967295 seconds",
                "group.user_ids must name at least one user unless user_ids does",
            }));
}

TEST(GroupValidationTest, RequiresTheGroupAndStillChecksTheRest) {
  EXPECT_EQ(LinesAfter<GroupRequest>([](GroupRequest& r) {
              r.clear_group();
              r.set_user_ids(1, -1);
              r.mutable_options()->set_qos(static_cast<v1::Qos>(9));
            }),
            (std::vector<std::string>{
                "group is required",
                "options.qos must be a known Qos: QOS_AT_MOST_ONCE or QOS_AT_LEAST_ONCE",
                "user_ids[1]" + kUserIdRule,
            }));
}

TEST(GroupValidationTest, RequiresUsersInOneOfTheTwoLists) {
  EXPECT_TRUE(LinesAfter<GroupRequest>([](GroupRequest& r) { r.clear_user_ids(); }).empty());
  EXPECT_TRUE(LinesAfter<GroupRequest>([](GroupRequest& r) {
                r.mutable_group()->clear_user_ids();
              }).empty());
  EXPECT_EQ(
      LinesAfter<GroupRequest>([](GroupRequest& r) {
        r.clear_user_ids();
        r.mutable_group()->clear_user_ids();
      }),
      std::vector<std::string>{"group.user_ids must name at least one user unless user_ids does"});
}

TEST(GroupValidationTest, LimitsBothLists) {
  Limits limits;
  limits.max_recipients = 2;
  auto request = Valid<GroupRequest>();
  request.mutable_group()->add_user_ids(2);
  EXPECT_TRUE(Validate(request, limits).empty());

  request.add_user_ids(3);
  request.mutable_group()->add_user_ids(3);
  EXPECT_EQ(Lines(Validate(request, limits)),
            (std::vector<std::string>{"user_ids must name at most 2 different users",
                                      "group.user_ids must have at most 2 entries"}));
}

TEST(GroupValidationTest, CountsARepeatedRecipientOnceButEachEntryOfTheMembers) {
  Limits limits;
  limits.max_recipients = 2;
  auto request = Valid<GroupRequest>();
  request.add_user_ids(request.user_ids(0));
  EXPECT_TRUE(Validate(request, limits).empty());

  request.clear_user_ids();
  request.mutable_group()->mutable_user_ids()->Resize(2, 1234);
  EXPECT_TRUE(Validate(request, limits).empty());
  request.mutable_group()->add_user_ids(1234);
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"group.user_ids must have at most 2 entries"});
}

TEST(GroupJsonTest, WritesAGroupWithItsMembersAsGiven) {
  auto request = Valid<v1::PublishGroupRequest>();
  v1::Group& group = *request.mutable_group();
  group.set_name("\"N\"");
  group.mutable_created_at()->set_nanos(0);
  group.mutable_updated_at()->set_nanos(1000);
  group.mutable_last_message_time()->set_seconds(7);
  group.set_group_type(v1::GROUP_TYPE_ONE_TO_ONE);
  group.set_owner_id(9007199254740991);
  group.add_user_ids(9007199254740991);
  group.add_user_ids(1234);
  EXPECT_EQ(EventJson(request),
            R"({"event_type":"group","group_id":"9d78163c-1144-485a-92c6-6015afc6cd40",)"
            R"("name":"\"N\"","created_at":1597877421.0,"updated_at":1597877421.000001,)"
            R"("last_message_time":7.453804,"group_type":1,"owner_id":9007199254740991,)"
            R"("user_ids":[1234,9007199254740991,1234]})");
}

TEST(GroupJsonTest, WritesAGroupWithoutMembers) {
  auto request = Valid<v1::PublishGroupRequest>();
  request.mutable_group()->clear_user_ids();
  EXPECT_NE(EventJson(request).find(R"("user_ids":[]})"), std::string::npos);
}

TEST(GroupRecipientsTest, AreTheMembersWhenNoUsersAreNamed) {
  auto request = Valid<GroupRequest>();
  request.clear_user_ids();
  request.mutable_group()->add_user_ids(7);
  request.mutable_group()->add_user_ids(1234);
  EXPECT_EQ(RecipientsOf(request).user_ids, (std::vector<std::int64_t>{1234, 7}));
}

}  // namespace
}  // namespace dino::event
