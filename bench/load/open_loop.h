#ifndef DINO_BENCH_LOAD_OPEN_LOOP_H_
#define DINO_BENCH_LOAD_OPEN_LOOP_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "bench/base/latencies.h"
#include "bench/base/schedule.h"
#include "bench/load/caller.h"

namespace dino::bench {

// Starts calls on schedule, whether or not earlier ones were answered. A latency counts from when
// the call was due, so that a stall shows in each call that it delayed.
//
// Not thread-safe.
class OpenLoop {
 public:
  // Makes one more caller, on the queue, for this caller of the schedule.
  using MakeCaller = std::function<std::unique_ptr<Caller>(std::size_t caller)>;

  // Calls due within `warm_up` are not measured. Keeps at most `max_in_progress` calls open; one
  // more is an error, as the server does not keep up.
  OpenLoop(grpc::CompletionQueue& queue, MakeCaller make_caller, std::size_t places,
           std::size_t max_in_progress, std::chrono::nanoseconds warm_up);

  // Runs until the end of the schedule and of all calls. Returns the first error.
  absl::Status Run(Schedule& schedule);

  const Latencies& latencies() const { return latencies_; }

 private:
  // Starts the calls, on its own thread.
  absl::Status StartAll(Schedule& schedule, Clock::time_point begin);
  std::size_t in_progress();
  // A caller without a call; null if there are too many calls.
  Caller* TakeIdle(std::size_t place);
  // Finishes calls until `end` comes out of the queue.
  void FinishUntil(const void* end, Clock::time_point first_measured);
  // Finishes one.
  void Finish(Caller& caller, Clock::time_point first_measured);

  grpc::CompletionQueue& queue_;
  const MakeCaller make_caller_;
  const std::size_t max_in_progress_;
  const std::chrono::nanoseconds warm_up_;
  Latencies latencies_;
  absl::Status status_;

  std::mutex mutex_;
  // Guarded by mutex_.
  // By place in the schedule.
  std::vector<std::vector<Caller*>> idle_;
  // All, with their places.
  std::unordered_map<Caller*, std::size_t> places_;
  std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_OPEN_LOOP_H_
