#ifndef DINO_SERVER_TRACE_SAMPLER_H_
#define DINO_SERVER_TRACE_SAMPLER_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/trace/span.h"

namespace dino::trace {

// A span that another one of this process causes.
SpanContext ChildOf(const SpanContext& parent);

// Decides which calls are traced: as the caller has decided, if it says so, else by lot.
// Thread-safe.
class Sampler {
 public:
  // `ratio`: which part of the calls without a `traceparent`, from 0 to 1.
  explicit Sampler(double ratio);

  // The span of a call with this valid `traceparent`, empty for none; nothing if it is not traced.
  std::optional<SpanContext> Sample(std::string_view traceparent) const;

 private:
  // Draws below this one win; all win with `always_`.
  const std::uint64_t below_;
  const bool always_;
};

}  // namespace dino::trace

#endif  // DINO_SERVER_TRACE_SAMPLER_H_
