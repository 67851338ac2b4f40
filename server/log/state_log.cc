#include "server/log/state_log.h"

#include <chrono>

#include "absl/container/inlined_vector.h"
#include "server/log/log.h"

namespace dino::log {

void StateLog::Look(std::string_view reason, Clock::time_point now, std::string_view peer) {
  using Line = StatePace::Line;
  const bool well = reason.empty();
  const Line line = pace_.Look(well ? 0 : 1, now, /*news=*/!well && reason != reason_);
  if (line == Line::kNone) return;
  if (!well) reason_ = reason;
  absl::InlinedVector<Field, 4> fields = {{"reason", reason_}};
  if (!peer.empty()) fields.emplace_back("peer", peer);
  if (count_ > 0) fields.emplace_back("count", count_);
  const std::chrono::duration<double> lasted = now - pace_.began_at();
  if (lasted.count() > 0) fields.emplace_back("seconds", lasted.count());
  Write(well ? Level::kInfo : texts_.level, well ? texts_.end : texts_.fault, fields);
  if (!well) return;
  count_ = 0;
  reason_.clear();
}

}  // namespace dino::log
