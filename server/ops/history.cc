#include "server/ops/history.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"

namespace dino::ops {
namespace {

using Ticks = std::vector<std::uint64_t>;

void AddTo(Ticks& sums, const Ticks& counts) {
  sums.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
}

Times TimesBetween(const Ticks& bounds, const Ticks& before, const Ticks& now) {
  constexpr double kNanosecond = 1e-9;
  Ticks counts = now;
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= before[i];
  Times times;
  times.p50 = Quantile(bounds, counts, 0.5);
  times.p99 = Quantile(bounds, counts, 0.99);
  if (times.p50.has_value()) *times.p50 *= kNanosecond;
  if (times.p99.has_value()) *times.p99 *= kNanosecond;
  return times;
}

}  // namespace

History::History(const transport::CallMeters& calls, const fanout::PublicationMeter& publications,
                 const mqtt::SessionMeter& sessions)
    : calls_(calls), publications_(publications), sessions_(sessions) {}

void History::CountCalls(Counts& counts) const {
  counts.call_times.resize(LatencyBounds().size() + 1);
  for (const transport::MethodMeter& method : calls_.methods()) {
    if (!absl::StartsWith(method.name().method, "Publish")) continue;
    const std::uint64_t succeeded = method.handled(0);
    counts.succeeded_calls += succeeded;
    for (std::size_t code = 1; code < transport::MethodMeter::kCodes; ++code) {
      counts.failed_calls += method.handled(code);
    }
    if (method.name().type == "unary") AddTo(counts.call_times, method.seconds().Read().counts);
  }
}

History::Counts History::CountsAt(Clock::time_point now) const {
  Counts counts;
  counts.at = now;
  CountCalls(counts);
  for (std::size_t kind = 0; kind < publications_.kinds().size(); ++kind) {
    for (const auto& [outcome, name] : fanout::PublicationMeter::kOutcomes) {
      (mqtt::IsAcknowledged(outcome) ? counts.acknowledged_publications
                                     : counts.failed_publications) +=
          publications_.ended(kind, outcome);
    }
  }
  counts.puback_times = sessions_.puback.Read().counts;
  return counts;
}

void History::Look(Clock::time_point now, std::chrono::system_clock::time_point wall_time) {
  Counts counts = CountsAt(now);
  const MutexLock lock(mutex_);
  if (last_.has_value()) {
    const std::vector<std::uint64_t> bounds = LatencyBounds();
    Interval interval;
    interval.ended_at = wall_time;
    interval.seconds = std::chrono::duration<double>(now - last_->at).count();
    interval.succeeded_calls = counts.succeeded_calls - last_->succeeded_calls;
    interval.failed_calls = counts.failed_calls - last_->failed_calls;
    interval.acknowledged_publications =
        counts.acknowledged_publications - last_->acknowledged_publications;
    interval.failed_publications = counts.failed_publications - last_->failed_publications;
    interval.calls = TimesBetween(bounds, last_->call_times, counts.call_times);
    interval.pubacks = TimesBetween(bounds, last_->puback_times, counts.puback_times);
    intervals_.push_back(interval);
    if (intervals_.size() > kIntervals) intervals_.pop_front();
  }
  last_ = std::move(counts);
}

std::vector<Interval> History::Read() const {
  const MutexLock lock(mutex_);
  return {intervals_.begin(), intervals_.end()};
}

}  // namespace dino::ops
