#include "server/event/struct_json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dino::event {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// A double holds every whole number up to here.
constexpr double kMaxWhole = 9007199254740992;

// A stream that only counts.
class ByteCounter {
 public:
  using Ch = char;

  void Put(char /*byte*/) { ++bytes_; }
  void Flush() {}
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

class CountingWriter : public rapidjson::Writer<ByteCounter> {
 public:
  using Writer::Writer;

  void Text(std::string_view text) {
    String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
};

template <typename Writer>
void WriteDouble(double value, Writer& writer) {
  if (std::trunc(value) == value && std::fabs(value) <= kMaxWhole) {
    writer.Int64(static_cast<std::int64_t>(value));
  } else {
    writer.Double(value);
  }
}

template <typename Writer>
void WriteFields(const Struct& fields, Writer& writer);

template <typename Writer>
void WriteValue(const Value& value, Writer& writer) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      WriteDouble(value.number_value(), writer);
      break;
    case Value::kStringValue:
      writer.Text(value.string_value());
      break;
    case Value::kBoolValue:
      writer.Bool(value.bool_value());
      break;
    case Value::kStructValue:
      writer.StartObject();
      WriteFields(value.struct_value(), writer);
      writer.EndObject();
      break;
    case Value::kListValue:
      writer.StartArray();
      for (const Value& entry : value.list_value().values()) WriteValue(entry, writer);
      writer.EndArray();
      break;
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
      writer.Null();
      break;
  }
}

template <typename Writer>
void WriteFields(const Struct& fields, Writer& writer) {
  using Field = google::protobuf::Map<std::string, Value>::value_type;
  std::vector<const Field*> sorted;
  sorted.reserve(fields.fields_size());
  for (const Field& field : fields.fields()) sorted.push_back(&field);
  std::sort(sorted.begin(), sorted.end(),
            [](const Field* a, const Field* b) { return a->first < b->first; });
  for (const Field* field : sorted) {
    writer.Text(field->first);
    WriteValue(field->second, writer);
  }
}

}  // namespace

void WriteMembers(const Struct& fields, JsonWriter& writer) { WriteFields(fields, writer); }

std::string JsonMembers(const Struct& fields) {
  rapidjson::StringBuffer buffer(nullptr, MaxJsonBytes(fields));
  JsonWriter writer(buffer);
  writer.StartObject();
  WriteFields(fields, writer);
  writer.EndObject();
  return {buffer.GetString() + 1, buffer.GetSize() - 2};
}

std::size_t JsonBytes(const Struct& fields) {
  ByteCounter counter;
  CountingWriter writer(counter);
  writer.StartObject();
  WriteFields(fields, writer);
  writer.EndObject();
  return counter.bytes();
}

std::size_t MaxJsonBytes(const Struct& fields) {
  // Nothing grows more from protobuf's binary format to JSON than an escaped byte. The outermost
  // braces have no bytes there.
  return kEscapedBytes * fields.ByteSizeLong() + 2;
}

}  // namespace dino::event
