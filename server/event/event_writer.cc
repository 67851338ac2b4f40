#include "server/event/event_writer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace dino::event {
namespace {

// Up to here a double holds every whole number.
constexpr double kMaxWhole = 9007199254740992;

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

// Not 0 if one of eight bytes is 0.
constexpr std::uint64_t HasZero(std::uint64_t bytes) { return (bytes - kOnes) & ~bytes; }

// True if one of eight bytes is a control character, a quotation mark or a backslash.
bool NeedEscapes(std::uint64_t bytes) {
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  return ((controls | HasZero(bytes ^ kOnes * '"') | HasZero(bytes ^ kOnes * '\\')) & kHighBits) !=
         0;
}

bool NeedsEscapes(std::string_view text) {
  std::uint64_t bytes = 0;
  while (text.size() >= sizeof(bytes)) {
    std::memcpy(&bytes, text.data(), sizeof(bytes));
    if (NeedEscapes(bytes)) return true;
    text.remove_prefix(sizeof(bytes));
  }
  // Spaces in the place of what is not there.
  bytes = kOnes * ' ';
  std::memcpy(&bytes, text.data(), text.size());
  return NeedEscapes(bytes);
}

}  // namespace

void QuickWriter::Text(std::string_view text) {
  if (NeedsEscapes(text)) {
    String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  Prefix(rapidjson::kStringType);
  char* place = os_->Push(text.size() + 2);
  *place++ = '"';
  place = std::copy(text.begin(), text.end(), place);
  *place = '"';
  EndValue(true);
}

std::size_t EventWriter::BytesOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::size_t bytes = 0;
  // With quotes and a comma.
  for (const std::string& text : texts) bytes += kEscapedBytes * text.size() + 3;
  return bytes;
}

std::string EventWriter::Members(const google::protobuf::Struct& fields) {
  EventWriter writer(kEscapedBytes * fields.ByteSizeLong());
  writer.Fields(fields);
  const std::string object = writer.Finish();
  return object.substr(1, object.size() - 2);
}

void EventWriter::Fields(const google::protobuf::Struct& fields) {
  using Field = google::protobuf::Map<std::string, google::protobuf::Value>::value_type;
  std::vector<const Field*> sorted;
  sorted.reserve(fields.fields_size());
  for (const Field& field : fields.fields()) sorted.push_back(&field);
  std::sort(sorted.begin(), sorted.end(),
            [](const Field* a, const Field* b) { return a->first < b->first; });
  for (const Field* field : sorted) {
    Key(field->first);
    Value(field->second);
  }
}

void EventWriter::Value(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kNumberValue:
      Double(value.number_value());
      break;
    case google::protobuf::Value::kStringValue:
      String(value.string_value());
      break;
    case google::protobuf::Value::kBoolValue:
      writer_.Bool(value.bool_value());
      break;
    case google::protobuf::Value::kStructValue:
      writer_.StartObject();
      Fields(value.struct_value());
      writer_.EndObject();
      break;
    case google::protobuf::Value::kListValue:
      writer_.StartArray();
      for (const google::protobuf::Value& entry : value.list_value().values()) Value(entry);
      writer_.EndArray();
      break;
    case google::protobuf::Value::kNullValue:
    case google::protobuf::Value::KIND_NOT_SET:
      writer_.Null();
      break;
  }
}

void EventWriter::Double(double value) {
  if (std::trunc(value) == value && std::fabs(value) <= kMaxWhole) {
    writer_.Int64(static_cast<std::int64_t>(value));
  } else {
    writer_.Double(value);
  }
}

}  // namespace dino::event
