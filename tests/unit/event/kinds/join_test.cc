#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(JoinValidationTest, NamesTheInvalidFields) {
  using Request = v1::PublishJoinRequest;
  ExpectOf<Request>({
      {"no join", [](Request& r) { r.clear_join(); }, {"join is required"}},
      {"an empty one",
       [](Request& r) { r.mutable_join()->Clear(); },
       {"join.group_id" + kUuidRule, "join.created_at is required",
        "join.user_ids must name at least one user"}},
      {"an invalid joiner",
       [](Request& r) { r.mutable_join()->add_user_ids(0); },
       {"join.user_ids[2]" + kUserIdRule}},
      {"no recipient",
       [](Request& r) { r.clear_user_ids(); },
       {"user_ids must name at least one user"}},
      {"an invalid recipient",
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
  EXPECT_EQ(Lines(Validate(request, limits)),
            (std::vector<std::string>{"user_ids must name at most 1 different users",
                                      "join.user_ids must have at most 1 entries"}));
}

TEST(JoinValidationTest, CountsARepeatedJoiner) {
  Limits limits;
  limits.max_recipients = 2;
  auto request = Valid<v1::PublishJoinRequest>();
  request.mutable_join()->clear_user_ids();
  request.mutable_join()->mutable_user_ids()->Resize(2, 5678);
  EXPECT_TRUE(Validate(request, limits).empty());
  request.mutable_join()->add_user_ids(5678);
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"join.user_ids must have at most 2 entries"});
}

}  // namespace
}  // namespace dino::event
