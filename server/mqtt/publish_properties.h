#ifndef DINO_SERVER_MQTT_PUBLISH_PROPERTIES_H_
#define DINO_SERVER_MQTT_PUBLISH_PROPERTIES_H_

#include <chrono>
#include <cstddef>

#include "server/mqtt/batch.h"

struct mqtt5__property;  // NOLINT(bugprone-reserved-identifier): the library's name

namespace dino::mqtt {

// The MQTT v5 properties of a PUBLISH, in the library's form. Built once and used for many
// publications.
class PublishProperties {
 public:
  // `expiry`: the message expiry interval, at least a second.
  PublishProperties(const PublishOptions& options, std::chrono::seconds expiry);
  PublishProperties(const PublishProperties&) = delete;
  PublishProperties& operator=(const PublishProperties&) = delete;
  ~PublishProperties();

  std::chrono::seconds expiry() const { return expiry_; }
  // Bytes on the wire, without the length in front of them.
  std::size_t wire_size() const { return wire_size_; }
  const mqtt5__property* get() const { return list_; }

 private:
  const std::chrono::seconds expiry_;
  const std::size_t wire_size_;
  mqtt5__property* list_ = nullptr;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_PUBLISH_PROPERTIES_H_
