#include "server/grpc/library_log.h"

#include <cstddef>
#include <optional>
#include <string>

#include "server/base/printable_text.h"
#include "server/log/log.h"

namespace dino::transport {
namespace {

constexpr std::size_t kMaxBytes = 200;

// What the library writes before a value that it could not parse.
constexpr std::string_view kBeforeValue = "value=";

}  // namespace

void LibraryLog::Error(std::string_view text, Clock::time_point now) {
  errors_.fetch_add(1, std::memory_order_relaxed);
  const std::optional<std::uint64_t> held_back = pace_.TakeOne(now);
  if (!held_back.has_value()) return;
  const std::string shown = PrintableText(text.substr(0, text.find(kBeforeValue)), kMaxBytes);
  log::Warning("gRPC reports an error", {{"error", shown}, {"count", *held_back + 1}});
}

}  // namespace dino::transport
