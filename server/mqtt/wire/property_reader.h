#ifndef DINO_SERVER_MQTT_WIRE_PROPERTY_READER_H_
#define DINO_SERVER_MQTT_WIRE_PROPERTY_READER_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace dino::mqtt {

// Properties that a broker sends; see section 2.2.2.2 of the standard.
enum class PropertyId : std::uint8_t {
  kSessionExpiryInterval = 0x11,
  kAssignedClientIdentifier = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kResponseInformation = 0x1A,
  kServerReference = 0x1C,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardSubscriptionAvailable = 0x28,
  kSubscriptionIdentifiersAvailable = 0x29,
  kSharedSubscriptionAvailable = 0x2A,
};

struct Property {
  PropertyId id = PropertyId::kUserProperty;
  // Of those that are numbers.
  std::uint32_t number = 0;
  // Of those that are text or binary data; the name of a user property.
  std::string_view text;
};

// Hands on the properties that `bytes` are, with their length in front, to their end. Returns what
// is wrong with them, empty if nothing: one that is unknown, not among `allowed`, there twice or
// cut off.
std::string ReadProperties(std::string_view bytes, std::initializer_list<PropertyId> allowed,
                           absl::FunctionRef<void(const Property&)> take);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PROPERTY_READER_H_
