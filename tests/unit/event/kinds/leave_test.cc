#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

TEST(LeaveValidationTest, NamesTheInvalidFields) {
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

}  // namespace
}  // namespace dino::event
