#include "server/event/event_json.h"

#include <cstddef>
#include <cstdint>

#include "server/event/event_traits.h"
#include "server/event/event_writer.h"

namespace dino::event {
namespace {

// Keys, ids, times and punctuation of the longest event, without its text and lists.
constexpr std::size_t kFixedBytes = 512;
// A user id and its comma.
constexpr std::size_t kUserIdBytes = 17;
// A message id, its quotes and its comma; the writer makes room for escapes all the same.
constexpr std::size_t kMessageIdBytes = 36 * EventWriter::kEscapedBytes + 3;

template <typename Request>
std::string MessageJson(const Request& request) {
  const v1::Message& message = request.message();
  EventWriter writer(EventType(request),
                     kFixedBytes + EventWriter::kEscapedBytes *
                                       (message.message_payload().size() +
                                        message.file_id().size() + message.message_type().size()));
  writer.Text("group_id", message.group_id());
  writer.Number("sender_id", message.sender_id());
  if (message.has_file_id()) {
    writer.Text("file_id", message.file_id());
  } else {
    writer.Null("file_id");
  }
  writer.Text("message_id", message.message_id());
  writer.Text("message_payload", message.message_payload());
  writer.Text("message_type", message.message_type());
  writer.Time("created_at", message.created_at());
  return writer.Finish();
}

}  // namespace

std::string EventJson(const v1::PublishGroupRequest& request) {
  const v1::Group& group = request.group();
  EventWriter writer(EventType(request),
                     kFixedBytes + EventWriter::kEscapedBytes * group.name().size() +
                         kUserIdBytes * static_cast<std::size_t>(group.user_ids_size()));
  writer.Text("group_id", group.group_id());
  writer.Text("name", group.name());
  writer.Time("created_at", group.created_at());
  writer.Time("updated_at", group.updated_at());
  writer.Time("last_message_time", group.last_message_time());
  writer.Number("group_type", group.group_type() == v1::GROUP_TYPE_ONE_TO_ONE ? 1 : 0);
  writer.Number("owner_id", group.owner_id());
  writer.Numbers("user_ids", group.user_ids());
  return writer.Finish();
}

std::string EventJson(const v1::PublishMessageRequest& request) { return MessageJson(request); }
std::string EventJson(const v1::PublishAttachmentRequest& request) { return MessageJson(request); }
std::string EventJson(const v1::PublishEditRequest& request) { return MessageJson(request); }
std::string EventJson(const v1::PublishActionLogRequest& request) { return MessageJson(request); }

std::string EventJson(const v1::PublishReadRequest& request) {
  const v1::Read& read = request.read();
  EventWriter writer(EventType(request), kFixedBytes);
  writer.Text("group_id", read.group_id());
  writer.Number("user_id", read.user_id());
  writer.Time("read_at", read.read_at());
  return writer.Finish();
}

std::string EventJson(const v1::PublishJoinRequest& request) {
  const v1::Join& join = request.join();
  EventWriter writer(EventType(request),
                     kFixedBytes + kUserIdBytes * static_cast<std::size_t>(join.user_ids_size()));
  writer.Time("created_at", join.created_at());
  writer.Text("group_id", join.group_id());
  writer.Numbers("user_ids", join.user_ids());
  return writer.Finish();
}

std::string EventJson(const v1::PublishLeaveRequest& request) {
  const v1::Leave& leave = request.leave();
  EventWriter writer(EventType(request), kFixedBytes);
  writer.Time("created_at", leave.created_at());
  writer.Text("group_id", leave.group_id());
  writer.Number("user_id", leave.user_id());
  return writer.Finish();
}

std::string EventJson(const v1::PublishDeleteAttachmentRequest& request) {
  const v1::DeleteAttachment& deleted = request.delete_attachment();
  std::size_t bytes =
      kFixedBytes + kMessageIdBytes * static_cast<std::size_t>(deleted.message_ids_size());
  for (const std::string& file_id : deleted.file_ids()) {
    bytes += EventWriter::kEscapedBytes * file_id.size() + 3;
  }
  EventWriter writer(EventType(request), bytes);
  writer.Time("created_at", deleted.created_at());
  writer.Text("group_id", deleted.group_id());
  writer.Texts("message_ids", deleted.message_ids());
  writer.Texts("file_ids", deleted.file_ids());
  return writer.Finish();
}

std::string EventJson(const v1::PublishDeleteMessageRequest& request) {
  const v1::DeleteMessage& deleted = request.delete_message();
  EventWriter writer(
      EventType(request),
      kFixedBytes + kMessageIdBytes * static_cast<std::size_t>(deleted.message_ids_size()));
  writer.Time("created_at", deleted.created_at());
  writer.Text("group_id", deleted.group_id());
  writer.Texts("message_ids", deleted.message_ids());
  return writer.Finish();
}

std::string EventJson(const v1::PublishCustomRequest& request) {
  const v1::Custom& custom = request.custom();
  EventWriter writer(custom.event_type(),
                     kFixedBytes + EventWriter::kEscapedBytes * custom.data().ByteSizeLong());
  writer.Text("group_id", custom.group_id());
  writer.Fields(custom.data());
  return writer.Finish();
}

absl::flat_hash_map<std::int64_t, std::string> OverlayMembers(
    const v1::PublishCustomRequest& request) {
  absl::flat_hash_map<std::int64_t, std::string> members;
  for (const auto& [user_id, fields] : request.overlays()) {
    if (fields.fields().empty()) continue;
    EventWriter writer(EventWriter::kEscapedBytes * fields.ByteSizeLong());
    writer.Fields(fields);
    const std::string object = writer.Finish();
    members.emplace(user_id, object.substr(1, object.size() - 2));
  }
  return members;
}

}  // namespace dino::event
