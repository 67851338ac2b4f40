#include "server/rpc/call_metadata.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace dino::rpc {
namespace {

constexpr std::chrono::milliseconds kLongestMargin{10};

// "00-" + trace ID + "-" + parent ID + "-" + flags
constexpr std::size_t kTraceparentLength = 55;
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kTraceIdLength = 32;
constexpr std::size_t kParentIdAt = 36;
constexpr std::size_t kFlagsAt = 53;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

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

std::string_view TraceIdOf(std::string_view traceparent) {
  return traceparent.empty() ? traceparent : traceparent.substr(kTraceIdAt, kTraceIdLength);
}

bool IsTraceparent(std::string_view text) {
  return text.size() == kTraceparentLength && text.substr(0, kTraceIdAt) == "00-" &&
         text[kParentIdAt - 1] == '-' && text[kFlagsAt - 1] == '-' &&
         IsId(text.substr(kTraceIdAt, kTraceIdLength)) && IsId(text.substr(kParentIdAt, 16)) &&
         IsLowerHex(text.substr(kFlagsAt));
}

}  // namespace dino::rpc
