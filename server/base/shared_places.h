#ifndef DINO_SERVER_BASE_SHARED_PLACES_H_
#define DINO_SERVER_BASE_SHARED_PLACES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/mutex.h"

namespace dino {

// Whether an owner who has `held` of something may have `more`, where `free` is then left to all.
//
// Each may have three times of what is free, so that one alone fills three quarters, and n who
// always want more come to 3/(3n+1) each, which is more than 1/(n+1).
constexpr bool IsFairShare(std::size_t held, std::size_t more, std::size_t free) {
  constexpr std::size_t kTimesOfFree = 3;
  return (held + more) / kTimesOfFree <= free;
}

// A number of places that owners share: no one can take them all. Thread-safe.
class SharedPlaces {
  using Held = std::map<std::string, std::size_t, std::less<>>;

 public:
  // One of them, given back by the destructor. `SharedPlaces` outlives it.
  class Place {
   public:
    Place(Place&& other) noexcept
        : places_(std::exchange(other.places_, nullptr)), owner_(other.owner_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(places_, other.places_);
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Place() {
      if (places_ != nullptr) places_->GiveBack(owner_);
    }

   private:
    friend class SharedPlaces;
    Place(SharedPlaces& places, Held::iterator owner) : places_(&places), owner_(owner) {}

    SharedPlaces* places_;
    Held::iterator owner_;
  };

  explicit SharedPlaces(std::size_t count) : count_(count) {}
  SharedPlaces(const SharedPlaces&) = delete;
  SharedPlaces& operator=(const SharedPlaces&) = delete;

  // None if no place is free, or `owner` has its share.
  std::optional<Place> TryTake(std::string_view owner);

  std::size_t taken() const;

 private:
  void GiveBack(Held::iterator owner);

  const std::size_t count_;
  mutable Mutex mutex_;
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  // By owner; none with 0.
  Held held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_SHARED_PLACES_H_
