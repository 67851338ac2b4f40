#include "tests/unit/event/valid_requests.h"

namespace dino::event {
namespace {

const std::string kGroupId = "6cbb3265-2a7f-494d-92ad-f4503d55d49f";
const std::string kMessageId = "c87efd18-8879-4c24-8b26-ccb7f40a0fe5";

google::protobuf::Timestamp SomeTime() {
  google::protobuf::Timestamp time;
  time.set_seconds(1597877384);
  time.set_nanos(794828000);
  return time;
}

// To the users of every valid request.
template <typename Request>
Request ToUsers() {
  Request request;
  request.add_user_ids(1234);
  request.add_user_ids(4321);
  return request;
}

// What the smaller events have in common.
template <typename Event>
void SetGroupAndTime(Event& event) {
  event.set_group_id(kGroupId);
  *event.mutable_created_at() = SomeTime();
}

template <typename Request>
Request ValidMessageRequest() {
  auto request = ToUsers<Request>();
  v1::Message& message = *request.mutable_message();
  message.set_group_id(kGroupId);
  message.set_sender_id(1234);
  message.set_file_id("f4503d55d49ff4503d55d49f");
  message.set_message_id(kMessageId);
  message.set_message_payload("<some content>");
  message.set_message_type("text");
  *message.mutable_created_at() = SomeTime();
  return request;
}

}  // namespace

template <>
v1::PublishGroupRequest Valid() {
  auto request = ToUsers<v1::PublishGroupRequest>();
  v1::Group& group = *request.mutable_group();
  group.set_group_id(kGroupId);
  group.set_name("a name");
  *group.mutable_created_at() = SomeTime();
  *group.mutable_updated_at() = SomeTime();
  *group.mutable_last_message_time() = SomeTime();
  group.set_group_type(v1::GROUP_TYPE_MULTI_USER);
  group.set_owner_id(1234);
  group.add_user_ids(1234);
  return request;
}

template <>
v1::PublishMessageRequest Valid() {
  return ValidMessageRequest<v1::PublishMessageRequest>();
}

template <>
v1::PublishAttachmentRequest Valid() {
  return ValidMessageRequest<v1::PublishAttachmentRequest>();
}

template <>
v1::PublishEditRequest Valid() {
  return ValidMessageRequest<v1::PublishEditRequest>();
}

template <>
v1::PublishActionLogRequest Valid() {
  return ValidMessageRequest<v1::PublishActionLogRequest>();
}

template <>
v1::PublishReadRequest Valid() {
  auto request = ToUsers<v1::PublishReadRequest>();
  v1::Read& read = *request.mutable_read();
  read.set_group_id(kGroupId);
  read.set_user_id(1234);
  *read.mutable_read_at() = SomeTime();
  read.set_group_type(v1::GROUP_TYPE_ONE_TO_ONE);
  return request;
}

template <>
v1::PublishJoinRequest Valid() {
  auto request = ToUsers<v1::PublishJoinRequest>();
  v1::Join& join = *request.mutable_join();
  SetGroupAndTime(join);
  join.add_user_ids(1234);
  return request;
}

template <>
v1::PublishLeaveRequest Valid() {
  auto request = ToUsers<v1::PublishLeaveRequest>();
  v1::Leave& leave = *request.mutable_leave();
  SetGroupAndTime(leave);
  leave.set_user_id(1234);
  return request;
}

template <>
v1::PublishDeleteAttachmentRequest Valid() {
  auto request = ToUsers<v1::PublishDeleteAttachmentRequest>();
  v1::DeleteAttachment& deleted = *request.mutable_delete_attachment();
  SetGroupAndTime(deleted);
  deleted.add_message_ids(kMessageId);
  deleted.add_file_ids("f4503d55d49ff4503d55d49f");
  return request;
}

template <>
v1::PublishDeleteMessageRequest Valid() {
  auto request = ToUsers<v1::PublishDeleteMessageRequest>();
  v1::DeleteMessage& deleted = *request.mutable_delete_message();
  SetGroupAndTime(deleted);
  deleted.add_message_ids(kMessageId);
  return request;
}

template <>
v1::PublishCustomRequest Valid() {
  auto request = ToUsers<v1::PublishCustomRequest>();
  request.mutable_custom()->set_event_type("poll");
  request.mutable_custom()->set_group_id(kGroupId);
  (*request.mutable_custom()->mutable_data()->mutable_fields())["question"].set_string_value("why");
  return request;
}

std::vector<std::string> Lines(const Violations& violations) {
  std::vector<std::string> lines;
  for (const Violation& violation : violations.listed()) {
    lines.push_back(violation.field + " " + violation.description);
  }
  return lines;
}

}  // namespace dino::event
