#include "tests/fuzz/event_json.h"

#include <cstddef>
#include <cstdint>
#include <set>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

std::string_view TextOf(const rapidjson::Value& json) {
  Require(json.IsString(), "a text is a string");
  return {json.GetString(), json.GetStringLength()};
}

void RequireDifferentKeys(const rapidjson::Value& json) {
  if (json.IsArray()) {
    for (const auto& entry : json.GetArray()) RequireDifferentKeys(entry);
  }
  if (!json.IsObject()) return;
  std::set<std::string_view> keys;
  for (const auto& member : json.GetObject()) {
    Require(keys.insert(TextOf(member.name)).second, "no key is repeated");
    RequireDifferentKeys(member.value);
  }
}

constexpr unsigned kStrict = rapidjson::kParseValidateEncodingFlag;

// Seconds with one to six decimals.
std::string TimeText(const Timestamp& time) {
  std::string text = absl::StrFormat("%d.%06d", time.seconds(), time.nanos() / 1000);
  while (text.back() == '0' && text[text.size() - 2] != '.') text.pop_back();
  return text;
}

std::int64_t EntryNumber(const Message& event, const FieldDescriptor& field, int index) {
  return event.GetReflection()->GetRepeatedInt64(event, &field, index);
}
std::string EntryText(const Message& event, const FieldDescriptor& field, int index) {
  return event.GetReflection()->GetRepeatedString(event, &field, index);
}

// `json` has numbers as text.
void RequireList(const Message& event, const FieldDescriptor& field, const rapidjson::Value& json) {
  Require(json.IsArray(), "a list is an array");
  const int size = event.GetReflection()->FieldSize(event, &field);
  Require(static_cast<int>(json.Size()) == size, "a list has all entries");
  for (int i = 0; i < size; ++i) {
    const std::string_view text = TextOf(json[static_cast<rapidjson::SizeType>(i)]);
    const bool is_number = field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
    const std::string wanted =
        is_number ? std::to_string(EntryNumber(event, field, i)) : EntryText(event, field, i);
    Require(text == wanted, "an entry of a list is written as given");
  }
}

// What a field is as text; `json` has numbers as text.
std::string WantedText(const Message& event, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *event.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(event, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(event, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return std::to_string(reflection.GetEnumValue(event, &field) - 1);
    default:
      return TimeText(dynamic_cast<const Timestamp&>(reflection.GetMessage(event, &field)));
  }
}

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_STRING;
}

void RequireField(const Message& event, const FieldDescriptor& field, const rapidjson::Value& json,
                  const rapidjson::Value& as_text) {
  if (field.is_repeated()) {
    RequireList(event, field, as_text);
  } else if (field.has_presence() && !event.GetReflection()->HasField(event, &field)) {
    Require(json.IsNull(), "what is not set is null");
  } else {
    Require(json.IsNumber() == IsNumber(field), "a number is a number, and a text is none");
    Require(TextOf(as_text) == WantedText(event, field), "a field is written as given");
  }
}

void RequireList(const google::protobuf::ListValue& list, const rapidjson::Value& json) {
  Require(json.IsArray() && static_cast<int>(json.Size()) == list.values_size(),
          "a list is an array of as many values");
  for (int i = 0; i < list.values_size(); ++i) {
    RequireJsonOf(list.values(i), json[static_cast<rapidjson::SizeType>(i)]);
  }
}

void RequireStruct(const google::protobuf::Struct& fields, const rapidjson::Value& json) {
  Require(json.IsObject() && json.MemberCount() == fields.fields().size(),
          "a struct is an object of as many members");
  for (const auto& member : json.GetObject()) {
    const auto field = fields.fields().find(std::string(TextOf(member.name)));
    Require(field != fields.fields().end(), "a member of an object is a field");
    RequireJsonOf(field->second, member.value);
  }
}

}  // namespace

rapidjson::Document ParseObject(std::string_view json) {
  rapidjson::Document document;
  document.Parse<kStrict | rapidjson::kParseFullPrecisionFlag>(json.data(), json.size());
  Require(!document.HasParseError() && document.IsObject(), "what is published is a JSON object");
  RequireDifferentKeys(document);
  return document;
}

void RequireJsonOf(const Message& event, std::string_view event_type, const std::string& json) {
  const rapidjson::Document document = ParseObject(json);
  rapidjson::Document as_text;
  as_text.Parse<kStrict | rapidjson::kParseNumbersAsStringsFlag>(json.data(), json.size());
  Require(TextOf(document["event_type"]) == event_type, "the event has its event_type");
  Require(document.MemberBegin()->name == "event_type", "event_type comes first");
  std::size_t members = 1;
  for (int i = 0; i < event.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *event.GetDescriptor()->field(i);
    // What a read receipt must say is not written.
    if (event_type == "read" && field.name() == "group_type") continue;
    const std::string name(field.name());
    Require(document.HasMember(name.c_str()), "each field is a member");
    RequireField(event, field, document[name.c_str()], as_text[name.c_str()]);
    ++members;
  }
  Require(document.MemberCount() == members, "each member is a field");
}

void RequireJsonOf(const google::protobuf::Value& value, const rapidjson::Value& json) {
  using google::protobuf::Value;
  switch (value.kind_case()) {
    case Value::kNumberValue:
      Require(json.IsNumber() && json.GetDouble() == value.number_value(),
              "a number is read as it was given");
      break;
    case Value::kStringValue:
      Require(TextOf(json) == value.string_value(), "a text is read as it was given");
      break;
    case Value::kBoolValue:
      Require(json.IsBool() && json.GetBool() == value.bool_value(), "true is true");
      break;
    case Value::kStructValue:
      RequireStruct(value.struct_value(), json);
      break;
    case Value::kListValue:
      RequireList(value.list_value(), json);
      break;
    default:
      Require(json.IsNull(), "null is null");
      break;
  }
}

}  // namespace dino::fuzz
