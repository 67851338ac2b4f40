#ifndef DINO_BENCH_LOAD_CLOSED_LOOP_H_
#define DINO_BENCH_LOAD_CLOSED_LOOP_H_

#include <memory>
#include <vector>

#include "bench/load/call_record.h"
#include "bench/load/caller.h"

namespace dino::bench {

using Callers = std::vector<std::unique_ptr<Caller>>;

// Lets each caller call again as soon as it is answered, until the span has ended or a call
// failed. `callers` are those of `queue`.
void RunClosedLoop(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record);

// Lets all callers call at once, and again when the last of them is answered. A completion is
// such a round; its latency is that of the slowest.
void RunRounds(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_CLOSED_LOOP_H_
