#include "server/event/event_writer.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dino::event {
namespace {

// Up to here a double holds every whole number.
constexpr double kMaxWhole = 9007199254740992;

}  // namespace

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
