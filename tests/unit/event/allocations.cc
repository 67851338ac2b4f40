#include "tests/unit/event/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

// Of this thread; what another one gives back is counted there.
thread_local std::ptrdiff_t allocated = 0;
thread_local std::ptrdiff_t peak = 0;

}  // namespace

// Those for arrays, and those that do not throw, call these.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  allocated += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  peak = std::max(peak, allocated);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  allocated -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

namespace dino::event {

AllocationPeak::AllocationPeak() : before_(allocated) { peak = allocated; }

std::size_t AllocationPeak::bytes() const { return static_cast<std::size_t>(peak - before_); }

}  // namespace dino::event
