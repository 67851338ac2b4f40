#ifndef DINO_SERVER_EVENT_EVENT_WRITER_H_
#define DINO_SERVER_EVENT_EVENT_WRITER_H_

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_field.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/event/json_writer.h"
#include "server/event/struct_json.h"

namespace dino::event {

// Writes one event, key by key.
class EventWriter {
 public:
  // The most bytes that a list may take.
  static std::size_t BytesOf(const google::protobuf::RepeatedField<std::int64_t>& user_ids) {
    // A user ID and its comma.
    return 17 * static_cast<std::size_t>(user_ids.size());
  }
  static std::size_t BytesOf(const google::protobuf::RepeatedPtrField<std::string>& texts);

  // `variable_bytes`: the most bytes that the event's texts and lists may take.
  explicit EventWriter(std::string_view event_type, std::size_t variable_bytes = 0)
      : buffer_(nullptr, kFixedBytes + variable_bytes) {
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

  // The fields of a struct as keys of the event: see `WriteMembers`.
  void Fields(const google::protobuf::Struct& fields) { WriteMembers(fields, writer_); }

  // Ends the event.
  std::string Finish() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  // Keys, IDs, times and punctuation of the longest event, without its texts and lists.
  static constexpr std::size_t kFixedBytes = 512;

  void Key(std::string_view key) { String(key); }
  void String(std::string_view value) { writer_.Text(value); }

  rapidjson::StringBuffer buffer_;
  JsonWriter writer_{buffer_};
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_EVENT_WRITER_H_
