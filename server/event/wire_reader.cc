#include "server/event/wire_reader.h"

namespace dino::event {
namespace {

// Protobuf's own limits.
constexpr std::size_t kMaxVarintBytes = 10;
constexpr std::size_t kMaxTagBytes = 5;

constexpr unsigned kTypeBits = 3;
constexpr unsigned kTypeMask = 7;
constexpr unsigned kEndGroup = 4;

}  // namespace

std::optional<std::uint64_t> WireReader::Varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest_.size() && i < kMaxVarintBytes; ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    if (byte >= 0x80U) continue;
    rest_.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> WireReader::Take(std::uint64_t length) {
  if (length > rest_.size()) return std::nullopt;
  const std::string_view part = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return part;
}

std::optional<std::string_view> WireReader::Group(int number, int depth) {
  const std::string_view begin = rest_;
  while (depth < kMaxWireDepth) {
    const std::string_view before = rest_;
    const std::optional<std::uint64_t> varint = Varint();
    if (!varint.has_value()) return std::nullopt;
    const auto tag = static_cast<std::uint32_t>(*varint);
    if ((tag & kTypeMask) == kEndGroup) {
      if (static_cast<int>(tag >> kTypeBits) != number) return std::nullopt;
      return begin.substr(0, begin.size() - before.size());
    }
    rest_ = before;
    if (!NextIn(depth + 1).has_value()) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<WireField> WireReader::Next() {
  if (rest_.empty() || failed_) return std::nullopt;
  std::optional<WireField> field = NextIn(0);
  failed_ = !field.has_value();
  return field;
}

std::optional<WireField> WireReader::NextIn(int depth) {
  const std::size_t before = rest_.size();
  const std::optional<std::uint64_t> varint = Varint();
  if (!varint.has_value() || before - rest_.size() > kMaxTagBytes) return std::nullopt;
  // What is beyond 32 bits is cut off.
  const auto tag = static_cast<std::uint32_t>(*varint);
  WireField field;
  field.number = static_cast<int>(tag >> kTypeBits);
  field.type = static_cast<WireField::Type>(tag & kTypeMask);
  if (field.number == 0) return std::nullopt;
  std::optional<std::string_view> bytes;
  switch (field.type) {
    case WireField::Type::kVarint:
      if (!Varint().has_value()) return std::nullopt;
      return field;
    case WireField::Type::kFixed64:
      return Take(sizeof(std::uint64_t)).has_value() ? std::optional(field) : std::nullopt;
    case WireField::Type::kFixed32:
      return Take(sizeof(std::uint32_t)).has_value() ? std::optional(field) : std::nullopt;
    case WireField::Type::kGroup:
      bytes = Group(field.number, depth);
      break;
    case WireField::Type::kBytes:
      if (const auto length = Varint()) bytes = Take(*length);
      break;
  }
  if (!bytes.has_value()) return std::nullopt;
  field.bytes = *bytes;
  return field;
}

bool IsMessage(std::string_view bytes) {
  WireReader reader(bytes);
  while (reader.Next().has_value()) {
  }
  return reader.at_end();
}

}  // namespace dino::event
