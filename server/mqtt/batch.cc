#include "server/mqtt/batch.h"

namespace dino::mqtt {

std::uint64_t NewLane() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace dino::mqtt
