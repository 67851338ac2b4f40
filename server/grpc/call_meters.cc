#include "server/grpc/call_meters.h"

#include <algorithm>

namespace dino::transport {

void MethodMeter::Handled(int code, std::chrono::nanoseconds after) {
  constexpr std::size_t kUnknown = 2;
  const auto place = static_cast<std::size_t>(code);
  counters_.Add(place < kCodes ? place : kUnknown);
  seconds_.Observe(after);
}

void CallMeters::Refused(std::string_view reason) {
  const auto found = std::find(refusals_.begin(), refusals_.end(), reason);
  if (found != refusals_.end()) {
    refused_.Add(static_cast<std::size_t>(found - refusals_.begin()));
  }
}

}  // namespace dino::transport
