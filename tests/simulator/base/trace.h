#ifndef DINO_TESTS_SIMULATOR_BASE_TRACE_H_
#define DINO_TESTS_SIMULATOR_BASE_TRACE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "tests/simulator/base/timeline.h"

namespace dino::simulator {

// What happened, line by line, for people. Takes nothing down unless it is switched on.
class Trace {
 public:
  Trace(const Timeline& timeline, bool on) : timeline_(timeline), on_(on) {}

  template <typename... Parts>
  void Add(const Parts&... parts) {
    if (!on_ || ended_) return;
    lines_.push_back(absl::StrFormat("%11.6f  %s",
                                     absl::ToDoubleSeconds(absl::FromChrono(timeline_.elapsed())),
                                     absl::StrCat(parts...)));
  }
  // Nothing of what follows is of interest.
  void End() { ended_ = true; }
  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

 private:
  const Timeline& timeline_;
  const bool on_;
  bool ended_ = false;
  std::vector<std::string> lines_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BASE_TRACE_H_
