#include "server/base/shared_places.h"

namespace dino {

std::optional<SharedPlaces::Place> SharedPlaces::TryTake(std::string_view owner) {
  const MutexLock lock(mutex_);
  if (taken_ >= count_) return std::nullopt;
  auto held = held_.find(owner);
  if (held == held_.end()) {
    held = held_.emplace(owner, 0).first;
  } else if (!IsFairShare(held->second, 1, count_ - taken_ - 1)) {
    return std::nullopt;
  }
  ++held->second;
  ++taken_;
  return Place(*this, held);
}

std::size_t SharedPlaces::taken() const {
  const MutexLock lock(mutex_);
  return taken_;
}

void SharedPlaces::GiveBack(Held::iterator owner) {
  const MutexLock lock(mutex_);
  --taken_;
  if (--owner->second == 0) held_.erase(owner);
}

}  // namespace dino
