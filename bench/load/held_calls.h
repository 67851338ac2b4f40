#ifndef DINO_BENCH_LOAD_HELD_CALLS_H_
#define DINO_BENCH_LOAD_HELD_CALLS_H_

#include <functional>

#include "bench/load/closed_loop.h"

namespace dino::bench {

// Makes all callers call a server that does not answer, and waits until it holds all calls, that
// is, until it refuses a call of `probe` with RESOURCE_EXHAUSTED: its limit must be exactly what
// the callers' calls need. Then runs `look`, and cancels the calls.
//
// Fails if a call is answered meanwhile, or if the probe is not refused in time.
absl::Status HoldCalls(const Callers& callers, Caller& probe, grpc::CompletionQueue& queue,
                       const std::function<void()>& look);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_HELD_CALLS_H_
