#include "server/mqtt/session/properties_cache.h"

#include <algorithm>
#include <chrono>

namespace dino::mqtt {

const PublishProperties& PropertiesCache::For(const Batch& batch, Clock::time_point now) {
  const auto left =
      std::max(std::chrono::seconds(1),
               std::chrono::ceil<std::chrono::seconds>(batch.options().expires_at - now));
  if (properties_ == nullptr || batch_id_ != batch.id() || properties_->expiry() != left) {
    properties_ = std::make_unique<PublishProperties>(batch.options(), left);
    batch_id_ = batch.id();
  }
  return *properties_;
}

}  // namespace dino::mqtt
