#ifndef DINO_TESTS_UNIT_EVENT_ALLOCATIONS_H_
#define DINO_TESTS_UNIT_EVENT_ALLOCATIONS_H_

#include <cstddef>

namespace dino::event {

// How much memory this thread has taken with `new` and not given back, at most, since this object
// was made. One at a time.
class AllocationPeak {
 public:
  AllocationPeak();
  AllocationPeak(const AllocationPeak&) = delete;
  AllocationPeak& operator=(const AllocationPeak&) = delete;

  std::size_t bytes() const;

 private:
  const std::ptrdiff_t before_;
};

}  // namespace dino::event

#endif  // DINO_TESTS_UNIT_EVENT_ALLOCATIONS_H_
