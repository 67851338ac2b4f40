#ifndef DINO_BENCH_LOAD_CALL_RECORD_H_
#define DINO_BENCH_LOAD_CALL_RECORD_H_

#include "absl/status/status.h"
#include "bench/base/latencies.h"
#include "bench/base/measured_span.h"

namespace dino::bench {

// The results of one thread's calls: the first error, and the latencies within a span.
//
// Not thread-safe; the span may be shared.
class CallRecord {
 public:
  explicit CallRecord(MeasuredSpan& span) : span_(span) {}

  // Records a call that was due at `intended` and has ended now.
  void Answered(Clock::time_point intended, const absl::Status& status) {
    const Clock::time_point now = Clock::now();
    status_.Update(status);
    if (span_.Add(1, now)) latencies_.Add(now - intended);
  }

  // True when no more calls should be started.
  bool ended() const { return span_.ended() || !status_.ok(); }

  const absl::Status& status() const { return status_; }
  const Latencies& latencies() const { return latencies_; }

 private:
  MeasuredSpan& span_;
  absl::Status status_;
  Latencies latencies_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_CALL_RECORD_H_
