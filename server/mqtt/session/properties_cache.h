#ifndef DINO_SERVER_MQTT_SESSION_PROPERTIES_CACHE_H_
#define DINO_SERVER_MQTT_SESSION_PROPERTIES_CACHE_H_

#include <cstdint>
#include <memory>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/wire/publish_properties.h"

namespace dino::mqtt {

// Keeps the properties of the batch that a session sent last: batches send several publications
// in a row, and only the expiry may differ between them. Not thread-safe.
class PropertiesCache {
 public:
  // The properties of a publication of `batch` that is sent now. Good until the next call.
  const PublishProperties& For(const Batch& batch, Clock::time_point now);

 private:
  std::unique_ptr<PublishProperties> properties_;
  std::uint64_t batch_id_ = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_PROPERTIES_CACHE_H_
