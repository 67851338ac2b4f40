#include "tests/simulator/base/timeline.h"

#include <algorithm>
#include <utility>

namespace dino::simulator {

void Timeline::At(Time when, Task task) {
  entries_.push_back({std::max(when, now()), next_number_++, std::move(task)});
  std::push_heap(entries_.begin(), entries_.end(), Later);
}

bool Timeline::RunNext() {
  if (entries_.empty()) return false;
  std::pop_heap(entries_.begin(), entries_.end(), Later);
  const Entry entry = std::move(entries_.back());
  entries_.pop_back();
  clock_.Set(entry.when);
  ++steps_;
  entry.task();
  return true;
}

}  // namespace dino::simulator
