#include "server/trace/sampler.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>

#include "absl/random/random.h"
#include "server/base/hex.h"
#include "server/base/traceparent.h"

namespace dino::trace {
namespace {

// Nobody gains by guessing the next one.
std::uint64_t Draw() {
  static thread_local absl::InsecureBitGen random;
  return absl::Uniform<std::uint64_t>(random);
}

// A random ID that is not 0, which means none.
template <std::size_t kWords>
std::string NewId() {
  std::array<std::uint64_t, kWords> words{};
  for (std::uint64_t& word : words) word = Draw();
  words.back() |= 1U;
  std::array<unsigned char, sizeof(words)> bytes{};
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return ToHex(bytes);
}

std::string NewSpanId() { return NewId<1>(); }

}  // namespace

SpanContext ChildOf(const SpanContext& parent) {
  return {parent.trace_id, NewSpanId(), parent.span_id};
}

Sampler::Sampler(double ratio)
    : below_(ratio >= 1 ? 0 : static_cast<std::uint64_t>(std::ldexp(ratio, 64))),
      always_(ratio >= 1) {}

std::optional<SpanContext> Sampler::Sample(std::string_view traceparent) const {
  if (!traceparent.empty()) {
    if (!IsSampled(traceparent)) return std::nullopt;
    return SpanContext{std::string(TraceIdOf(traceparent)), NewSpanId(),
                       std::string(ParentIdOf(traceparent))};
  }
  if (!always_ && Draw() >= below_) return std::nullopt;
  return SpanContext{NewId<2>(), NewSpanId(), {}};
}

}  // namespace dino::trace
