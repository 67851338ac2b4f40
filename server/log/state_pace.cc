#include "server/log/state_pace.h"

#include <algorithm>

namespace dino::log {

StatePace::Line StatePace::Look(int badness, Clock::time_point now, bool news) {
  while (!written_.empty() && now - written_.front().at >= kPeriod) written_.pop_front();
  const Line line = Due(badness, news);
  if (line == Line::kNone) return line;
  const bool first = shown_ == 0;
  if (first) began_at_ = now;
  shown_ = badness;
  written_.push_back({now, first});
  return line;
}

StatePace::Line StatePace::Due(int badness, bool news) const {
  const bool has_room = written_.size() < kMostLines;
  if (badness > shown_ || (badness > 0 && news)) return has_room ? Line::kBegan : Line::kNone;
  if (badness > 0) return written_.empty() ? Line::kLasts : Line::kNone;
  if (shown_ == 0 || !has_room) return Line::kNone;
  // Of what comes and goes, the log's last word must not be that all is well: there would be no
  // room to say that it is back.
  const auto is_first = [](const Written& each) { return each.first; };
  const bool once = std::count_if(written_.begin(), written_.end(), is_first) <= 1;
  return once ? Line::kEnded : Line::kNone;
}

}  // namespace dino::log
