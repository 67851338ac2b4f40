#include "server/event/request_scan.h"

#include <algorithm>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "server/base/utf8.h"

namespace dino::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MessageFactory;

// What protobuf takes in memory, with what the allocator adds; tests compare it with what it does
// take. A list of numbers grows to twice its size while its earlier half still exists.
constexpr std::size_t kNumberBytes = 24;
constexpr std::size_t kStringBytes = 72;
constexpr std::size_t kMessageBytes = 32;
constexpr std::size_t kMapEntryBytes = 112;
constexpr std::size_t kUnknownBytes = 48;
constexpr std::size_t kUnknownPartBytes = 96;

bool IsVarint(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_ENUM:
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_UINT64:
      return true;
    default:
      return false;
  }
}

bool IsFixed64(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_DOUBLE ||
         field.type() == FieldDescriptor::TYPE_FIXED64 ||
         field.type() == FieldDescriptor::TYPE_SFIXED64;
}

bool IsBytes(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE ||
         field.type() == FieldDescriptor::TYPE_STRING ||
         field.type() == FieldDescriptor::TYPE_BYTES;
}

// Whether protobuf takes it as that field, and not as one it does not know.
bool IsKnown(const WireField& wire, const FieldDescriptor* field) {
  if (field == nullptr) return false;
  switch (wire.type) {
    case WireField::Type::kBytes:
      return IsBytes(*field) || field->is_packable();
    case WireField::Type::kVarint:
      return IsVarint(*field);
    case WireField::Type::kFixed64:
      return IsFixed64(*field);
    case WireField::Type::kFixed32:
      return !IsBytes(*field) && !IsVarint(*field) && !IsFixed64(*field);
    case WireField::Type::kGroup:
      return false;
  }
  return false;
}

// What a field takes that protobuf does not know.
std::size_t UnknownBytes(const WireField& wire) {
  switch (wire.type) {
    case WireField::Type::kBytes:
      return kUnknownPartBytes + wire.bytes.size();
    case WireField::Type::kGroup:
      // Of the fields in it each has a tag, and one more byte.
      return kUnknownPartBytes * (1 + wire.bytes.size() / 2);
    default:
      return kUnknownBytes;
  }
}

}  // namespace

std::string RequestScan::NotReadable(const Descriptor& type) {
  return absl::StrCat("must be a valid ", type.full_name(), " in protobuf's binary format");
}

std::string RequestScan::PathOf(const Place& place) {
  if (place.field == nullptr) return "";
  std::string path = PathOf(*place.around);
  absl::StrAppend(&path, path.empty() ? "" : ".", place.field->name());
  if (place.index >= 0) absl::StrAppend(&path, "[", place.index, "]");
  return path;
}

void RequestScan::Run(std::string_view bytes, const Descriptor& type) {
  const std::size_t before = violations_.total();
  Message(bytes, type, Place());
  if (list_is_broken_ && violations_.total() == before) Add(Place(), NotReadable(type));
}

void RequestScan::Message(std::string_view bytes, const Descriptor& type, const Place& place) {
  if (place.depth > kMaxWireDepth || !IsMessage(bytes)) {
    return violations_.full() ? violations_.AddUnlisted() : Add(place, NotReadable(type));
  }
  // How many entries of each repeated field there were.
  absl::InlinedVector<int, 16> counts(static_cast<std::size_t>(type.field_count()));
  WireReader reader(bytes);
  while (const auto wire = reader.Next()) {
    const FieldDescriptor* const field = type.FindFieldByNumber(wire->number);
    if (!IsKnown(*wire, field)) {
      Charge(UnknownBytes(*wire), place);
      continue;
    }
    Place inside{&place, field, -1, place.depth + 1};
    if (field->is_repeated() && IsBytes(*field)) {
      inside.index = counts[static_cast<std::size_t>(field->index())]++;
    }
    Known(*wire, inside);
  }
}

void RequestScan::Known(const WireField& field, const Place& place) {
  if (field.type != WireField::Type::kBytes) {
    if (place.field->is_repeated()) Charge(kNumberBytes, place);
  } else if (IsBytes(*place.field)) {
    Bytes(field.bytes, place);
  } else {
    List(field.bytes, place);
  }
}

void RequestScan::Bytes(std::string_view bytes, const Place& place) {
  if (place.field->type() == FieldDescriptor::TYPE_MESSAGE) {
    const Descriptor& type = *place.field->message_type();
    const FieldDescriptor* const around = place.around->field;
    if (place.field->is_map()) {
      Charge(kMapEntryBytes + ValueBytes(type), place);
    } else if (around == nullptr || !around->is_map()) {
      Charge(kMessageBytes + SizeOf(type), place);
    }
    return Message(bytes, type, place);
  }
  Charge(kStringBytes + bytes.size(), place);
  if (place.field->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(bytes)) {
    Add(place, "must be valid UTF-8");
  }
}

void RequestScan::List(std::string_view bytes, const Place& place) {
  if (!IsVarint(*place.field)) {
    const std::size_t size =
        IsFixed64(*place.field) ? sizeof(std::uint64_t) : sizeof(std::uint32_t);
    if (bytes.size() % size != 0) list_is_broken_ = true;
    return Charge(kNumberBytes * (bytes.size() / size), place);
  }
  WireReader reader(bytes);
  std::size_t count = 0;
  while (reader.Varint().has_value()) ++count;
  if (!reader.at_end()) list_is_broken_ = true;
  Charge(kNumberBytes * count, place);
}

void RequestScan::Charge(std::size_t bytes, const Place& place) {
  const std::size_t before = parsed_bytes_;
  parsed_bytes_ += bytes;
  if (before > max_parsed_bytes_ || parsed_bytes_ <= max_parsed_bytes_) return;
  Place list = place;
  list.index = -1;
  Add(list, "must have fewer entries: parsed, the request takes more memory than it may");
}

std::size_t RequestScan::ValueBytes(const Descriptor& entry) {
  const Descriptor* const type = entry.map_value()->message_type();
  return type == nullptr ? 0 : SizeOf(*type);
}

std::size_t RequestScan::SizeOf(const Descriptor& type) {
  const auto [known, is_new] = sizes_.try_emplace(&type, 0);
  if (is_new) {
    known->second = MessageFactory::generated_factory()->GetPrototype(&type)->SpaceUsedLong();
  }
  return known->second;
}

void RequestScan::Add(const Place& place, std::string_view description) {
  if (violations_.full()) return violations_.AddUnlisted();
  const std::string path = PathOf(place);
  violations_.Add(path.empty() ? "request" : path, std::string(description));
}

}  // namespace dino::event
