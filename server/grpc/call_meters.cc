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
  const auto* const found = std::find(kRefusals.begin(), kRefusals.end(), reason);
  if (found != kRefusals.end()) {
    refused_.Add(static_cast<std::size_t>(found - kRefusals.begin()));
  }
}

}  // namespace dino::transport
