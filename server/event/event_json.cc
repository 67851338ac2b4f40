#include "server/event/event_json.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Without RAPIDJSON_SSE2: in 1.1.0 it leaves U+001A to U+001F unescaped in longer text.
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"
#include "server/event/event_traits.h"

namespace dino::event {
namespace {

// Keys, ids, times and punctuation of the longest event, without its text and lists.
constexpr std::size_t kFixedBytes = 512;
// The writer makes room for the longest escape of each byte, `\u001F`, before it writes.
constexpr std::size_t kEscapedBytes = 6;
// A user id and its comma.
constexpr std::size_t kUserIdBytes = 17;
// A message id, its quotes and its comma; the writer makes room for escapes all the same.
constexpr std::size_t kMessageIdBytes = 36 * kEscapedBytes + 3;

// Writes one event, key by key.
class EventWriter {
 public:
  EventWriter(std::string_view event_type, std::size_t expected_bytes)
      : buffer_(nullptr, expected_bytes) {
    writer_.StartObject();
    Text("event_type", event_type);
  }
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  void Text(std::string_view key, std::string_view value) {
    Key(key);
    String(value);
  }

  void Null(std::string_view key) {
    Key(key);
    writer_.Null();
  }

  void Number(std::string_view key, std::int64_t value) {
    Key(key);
    writer_.Int64(value);
  }

  void Numbers(std::string_view key, const google::protobuf::RepeatedField<std::int64_t>& values) {
    Key(key);
    writer_.StartArray();
    for (const std::int64_t value : values) writer_.Int64(value);
    writer_.EndArray();
  }

  void Texts(std::string_view key, const google::protobuf::RepeatedPtrField<std::string>& values) {
    Key(key);
    writer_.StartArray();
    for (const std::string& value : values) String(value);
    writer_.EndArray();
  }

  // Digits, not a double: a double has too few of them for microseconds in year 9999.
  void Time(std::string_view key, const google::protobuf::Timestamp& time) {
    std::array<char, 32> digits{};
    char* end = std::to_chars(digits.data(), digits.data() + digits.size(), time.seconds()).ptr;
    *end++ = '.';
    std::int32_t micros = time.nanos() / 1000;
    for (std::int32_t unit = 100000; unit > 0 && (micros > 0 || unit == 100000); unit /= 10) {
      *end++ = static_cast<char>('0' + micros / unit);
      micros %= unit;
    }
    Key(key);
    writer_.RawValue(digits.data(), static_cast<std::size_t>(end - digits.data()),
                     rapidjson::kNumberType);
  }

  // Ends the event.
  std::string Finish() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void Key(std::string_view key) { String(key); }
  void String(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

template <typename Request>
std::string MessageJson(const Request& request) {
  const v1::Message& message = request.message();
  EventWriter writer(
      EventType(request),
      kFixedBytes + kEscapedBytes * (message.message_payload().size() + message.file_id().size() +
                                     message.message_type().size()));
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
                     kFixedBytes + kEscapedBytes * group.name().size() +
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
  for (const std::string& file_id : deleted.file_ids()) bytes += kEscapedBytes * file_id.size() + 3;
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

}  // namespace dino::event
