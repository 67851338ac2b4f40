#include "server/event/event_traits.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "tests/unit/event/valid_requests.h"

namespace dino::event {
namespace {

using Ids = std::vector<std::int64_t>;

v1::PublishMessageRequest For(const Ids& ids) {
  v1::PublishMessageRequest request;
  request.mutable_user_ids()->Add(ids.begin(), ids.end());
  return request;
}

TEST(EventTypeTest, NamesTheEventOfEachRequest) {
  EXPECT_EQ(EventType(v1::PublishGroupRequest()), "group");
  EXPECT_EQ(EventType(v1::PublishMessageRequest()), "message");
  EXPECT_EQ(EventType(v1::PublishAttachmentRequest()), "attachment");
  EXPECT_EQ(EventType(v1::PublishEditRequest()), "edit");
  EXPECT_EQ(EventType(v1::PublishActionLogRequest()), "action_log");
  EXPECT_EQ(EventType(v1::PublishReadRequest()), "read");
  EXPECT_EQ(EventType(v1::PublishJoinRequest()), "join");
  EXPECT_EQ(EventType(v1::PublishLeaveRequest()), "leave");
  EXPECT_EQ(EventType(v1::PublishDeleteAttachmentRequest()), "delete_attachment");
  EXPECT_EQ(EventType(v1::PublishDeleteMessageRequest()), "delete_message");
  EXPECT_EQ(EventType(Valid<v1::PublishCustomRequest>()), "poll");
}

TEST(RecipientsTest, AreTheUsersOfEachRequest) {
  const Ids expected = {1234, 4321};
  EXPECT_EQ(Recipients(Valid<v1::PublishGroupRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishMessageRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishAttachmentRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishEditRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishActionLogRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishReadRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishJoinRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishLeaveRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishDeleteAttachmentRequest>()), expected);
  EXPECT_EQ(Recipients(Valid<v1::PublishDeleteMessageRequest>()), expected);
}

TEST(RecipientsTest, AreTheMembersOfAGroupWhenNoUsersAreNamed) {
  auto request = Valid<v1::PublishGroupRequest>();
  request.clear_user_ids();
  request.mutable_group()->add_user_ids(7);
  request.mutable_group()->add_user_ids(1234);
  EXPECT_EQ(Recipients(request), (Ids{1234, 7}));
}

TEST(RecipientsTest, KeepTheFirstMentionInAShortList) {
  EXPECT_EQ(Recipients(For({3, 1, 3, 2, 1, 3})), (Ids{3, 1, 2}));
  EXPECT_EQ(Recipients(For({5, 5, 5})), (Ids{5}));
}

TEST(RecipientsTest, KeepTheFirstMentionInALongList) {
  for (const std::int64_t length : {16, 17, 100, 10000}) {
    Ids falling(static_cast<std::size_t>(length));
    std::iota(falling.rbegin(), falling.rend(), 1);
    Ids repeated = falling;
    repeated.insert(repeated.end(), falling.rbegin(), falling.rend());
    EXPECT_EQ(Recipients(For(repeated)), falling) << length;
  }
}

TEST(RecipientsTest, NoticeARepetitionInASortedList) {
  Ids sorted(100);
  std::iota(sorted.begin(), sorted.end(), 1);
  EXPECT_EQ(Recipients(For(sorted)), sorted);
  Ids repeated = sorted;
  repeated.insert(repeated.begin() + 50, repeated[50]);
  EXPECT_EQ(Recipients(For(repeated)), sorted);
}

TEST(RecipientsTest, CountAMillionRepetitionsOnce) {
  EXPECT_EQ(Recipients(For(Ids(1000000, 9007199254740991))), (Ids{9007199254740991}));
}

TEST(ExpirySecondsTest, RoundsUp) {
  google::protobuf::Duration expiry;
  expiry.set_nanos(1);
  EXPECT_EQ(ExpirySeconds(expiry), 1U);
  expiry.set_seconds(4294967294);
  EXPECT_EQ(ExpirySeconds(expiry), 4294967295U);
  expiry.set_nanos(0);
  EXPECT_EQ(ExpirySeconds(expiry), 4294967294U);
}

}  // namespace
}  // namespace dino::event
