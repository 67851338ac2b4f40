#include "server/ops/history.h"

#include <algorithm>
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
    counts.method_times.push_back(method.seconds().Read().counts);
    if (!absl::StartsWith(method.name().method, "Publish")) continue;
    const std::uint64_t succeeded = method.handled(0);
    counts.succeeded_calls += succeeded;
    for (std::size_t code = 1; code < transport::MethodMeter::kCodes; ++code) {
      counts.failed_calls += method.handled(code);
    }
    if (method.name().type == "unary") AddTo(counts.call_times, counts.method_times.back());
  }
}

History::Counts History::CountsAt(Clock::time_point now) const {
  Counts counts;
  counts.at = now;
  CountCalls(counts);
  for (std::size_t kind = 0; kind < publications_.kinds().size(); ++kind) {
    for (const auto& [outcome, name] : fanout::PublicationMeter::kOutcomes) {
      // Read once: a moment later it may be more, and no more may be rejected than have failed.
      const std::uint64_t ended = publications_.ended(kind, outcome);
      (mqtt::IsAcknowledged(outcome) ? counts.acknowledged_publications
                                     : counts.failed_publications) += ended;
      if (outcome == mqtt::Outcome::kRejected) counts.rejected_publications += ended;
    }
  }
  counts.puback_times = sessions_.puback.Read().counts;
  return counts;
}

void History::Look(Clock::time_point now, std::chrono::system_clock::time_point wall_time) {
  Counts counts = CountsAt(now);
  const MutexLock lock(mutex_);
  method_times_.push_back(std::move(counts.method_times));
  if (method_times_.size() > kMinute + 1) method_times_.pop_front();
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
    interval.rejected_publications = counts.rejected_publications - last_->rejected_publications;
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

std::vector<Times> History::CallsOfLastMinute() const {
  const std::vector<std::uint64_t> bounds = LatencyBounds();
  std::vector<Times> times;
  const MutexLock lock(mutex_);
  if (method_times_.empty()) return times;
  for (std::size_t method = 0; method < method_times_.back().size(); ++method) {
    times.push_back(
        TimesBetween(bounds, method_times_.front()[method], method_times_.back()[method]));
  }
  return times;
}

health::RecentPublications History::LastMinute() const {
  health::RecentPublications sum;
  const MutexLock lock(mutex_);
  const std::size_t count = std::min(kMinute, intervals_.size());
  auto interval = intervals_.rbegin();
  for (std::size_t i = 0; i < count; ++i, ++interval) {
    const std::uint64_t failed = interval->failed_publications - interval->rejected_publications;
    sum.acknowledged += interval->acknowledged_publications;
    sum.rejected += interval->rejected_publications;
    sum.failed += failed;
    if (sum.acknowledged > 0) continue;
    sum.rejected_since_acknowledged += interval->rejected_publications;
    sum.failed_since_acknowledged += failed;
    if (interval->failed_publications > 0) ++sum.failing_looks;
  }
  return sum;
}

}  // namespace dino::ops
