#include "server/rpc/call_metadata.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "server/base/traceparent.h"

namespace dino::rpc {
namespace {

constexpr std::chrono::milliseconds kLongestMargin{10};

}  // namespace

Clock::time_point AnswerBy(const grpc::ServerContextBase& context,
                           Clock::duration default_timeout) {
  const Clock::time_point now = Clock::now();
  const gpr_timespec deadline = context.raw_deadline();
  const gpr_timespec never = gpr_inf_future(deadline.clock_type);
  if (gpr_time_cmp(deadline, never) == 0) return now + default_timeout;
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  // Centuries are as good as any longer time, and fit in the clock.
  constexpr std::int64_t kLongest = 5'000'000'000;
  const auto time_left = std::chrono::seconds(std::min(left.tv_sec, kLongest)) +
                         std::chrono::nanoseconds(left.tv_nsec);
  const auto margin = std::clamp<std::chrono::nanoseconds>(
      time_left / 10, std::chrono::nanoseconds::zero(), kLongestMargin);
  return now + time_left - margin;
}

std::string Traceparent(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("traceparent");
  if (found == metadata.end()) return "";
  const std::string_view value(found->second.data(), found->second.size());
  return IsTraceparent(value) ? std::string(value) : "";
}

}  // namespace dino::rpc
