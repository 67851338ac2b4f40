#include "server/mqtt/wire/property_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/byte_cursor.h"

namespace dino::mqtt {
namespace {

bool TakeByte(ByteCursor& cursor, Property& property) {
  std::uint8_t value = 0;
  if (!cursor.TakeByte(value)) return false;
  property.number = value;
  return true;
}

bool TakeUint16(ByteCursor& cursor, Property& property) {
  std::uint16_t value = 0;
  if (!cursor.TakeUint16(value)) return false;
  property.number = value;
  return true;
}

bool TakeValue(ByteCursor& cursor, Property& property) {
  std::string_view value;
  switch (property.id) {
    case PropertyId::kMaximumQos:
    case PropertyId::kRetainAvailable:
    case PropertyId::kWildcardSubscriptionAvailable:
    case PropertyId::kSubscriptionIdentifiersAvailable:
    case PropertyId::kSharedSubscriptionAvailable:
      return TakeByte(cursor, property);
    case PropertyId::kServerKeepAlive:
    case PropertyId::kReceiveMaximum:
    case PropertyId::kTopicAliasMaximum:
      return TakeUint16(cursor, property);
    case PropertyId::kSessionExpiryInterval:
    case PropertyId::kMaximumPacketSize:
      return cursor.TakeUint32(property.number);
    case PropertyId::kUserProperty:
      return cursor.TakeText(property.text) && cursor.TakeText(value);
    case PropertyId::kAssignedClientIdentifier:
    case PropertyId::kAuthenticationMethod:
    case PropertyId::kAuthenticationData:
    case PropertyId::kResponseInformation:
    case PropertyId::kServerReference:
    case PropertyId::kReasonString:
      return cursor.TakeText(property.text);
  }
  return false;
}

}  // namespace

std::string ReadProperties(std::string_view bytes, std::initializer_list<PropertyId> allowed,
                           absl::FunctionRef<void(const Property&)> take) {
  ByteCursor cursor(bytes);
  std::uint32_t size = 0;
  if (!cursor.TakeVarint(size) || size != cursor.rest().size()) {
    return "properties of another length";
  }
  std::uint64_t seen = 0;
  while (!cursor.empty()) {
    std::uint8_t id = 0;
    cursor.TakeByte(id);
    Property property;
    property.id = static_cast<PropertyId>(id);
    const std::string name = absl::StrCat("property 0x", absl::Hex(id, absl::kZeroPad2));
    if (std::find(allowed.begin(), allowed.end(), property.id) == allowed.end()) {
      return name + ", which it cannot have";
    }
    const std::uint64_t bit = std::uint64_t{1} << id;
    if ((seen & bit) != 0 && property.id != PropertyId::kUserProperty) return name + " twice";
    seen |= bit;
    if (!TakeValue(cursor, property)) return name + " cut off";
    take(property);
  }
  return "";
}

}  // namespace dino::mqtt
