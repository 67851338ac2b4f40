#include "server/mqtt/publish_properties.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <cstdint>

namespace dino::mqtt {
namespace {

// The size of the properties on the wire: an identifier each, and behind it a byte, four bytes,
// or texts with two bytes of length.
std::size_t WireSize(const PublishOptions& options) {
  std::size_t size = (1 + 1) + (1 + 4) + (1 + 2 + options.content_type.size());
  for (const auto& [name, value] : options.user_properties) {
    size += 1 + 2 + name.size() + 2 + value.size();
  }
  return size;
}

}  // namespace

PublishProperties::PublishProperties(const PublishOptions& options, std::chrono::seconds expiry)
    : expiry_(expiry), wire_size_(WireSize(options)) {
  mosquitto_property_add_byte(&list_, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
  mosquitto_property_add_int32(&list_, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                               static_cast<std::uint32_t>(expiry.count()));
  mosquitto_property_add_string(&list_, MQTT_PROP_CONTENT_TYPE, options.content_type.c_str());
  for (const auto& [name, value] : options.user_properties) {
    mosquitto_property_add_string_pair(&list_, MQTT_PROP_USER_PROPERTY, name.c_str(),
                                       value.c_str());
  }
}

PublishProperties::~PublishProperties() { mosquitto_property_free_all(&list_); }

}  // namespace dino::mqtt
