#include "server/base/traceparent.h"

#include <cstddef>

#include "server/base/hex.h"

namespace dino {
namespace {

// "00-" + trace ID + "-" + parent ID + "-" + flags
constexpr std::size_t kLength = 55;
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kTraceIdLength = 32;
constexpr std::size_t kParentIdAt = 36;
constexpr std::size_t kParentIdLength = 16;
constexpr std::size_t kFlagsAt = 53;

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool IsTraceparent(std::string_view text) {
  return text.size() == kLength && text.substr(0, kTraceIdAt) == "00-" &&
         text[kParentIdAt - 1] == '-' && text[kFlagsAt - 1] == '-' &&
         IsId(text.substr(kTraceIdAt, kTraceIdLength)) &&
         IsId(text.substr(kParentIdAt, kParentIdLength)) && IsLowerHex(text.substr(kFlagsAt));
}

bool IsSampled(std::string_view traceparent) {
  // The lowest bit of the flags.
  return !traceparent.empty() &&
         std::string_view("13579bdf").find(traceparent.back()) != std::string_view::npos;
}

std::string_view TraceIdOf(std::string_view traceparent) {
  return traceparent.empty() ? traceparent : traceparent.substr(kTraceIdAt, kTraceIdLength);
}

std::string_view ParentIdOf(std::string_view traceparent) {
  return traceparent.empty() ? traceparent : traceparent.substr(kParentIdAt, kParentIdLength);
}

}  // namespace dino
