#ifndef DINO_SERVER_MQTT_WIRE_PUBLISH_PROPERTIES_H_
#define DINO_SERVER_MQTT_WIRE_PUBLISH_PROPERTIES_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// The MQTT v5 properties of a PUBLISH. Built once and used for many publications.
class PublishProperties {
 public:
  // `expiry`: the message expiry interval, at least a second.
  PublishProperties(const PublishOptions& options, std::chrono::seconds expiry);

  std::chrono::seconds expiry() const { return expiry_; }
  // As they stand in the packet, with their length in front.
  const std::string& wire() const { return wire_; }
  // Their bytes without that.
  std::size_t size() const { return size_; }

 private:
  std::chrono::seconds expiry_;
  std::size_t size_;
  std::string wire_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PUBLISH_PROPERTIES_H_
