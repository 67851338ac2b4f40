#ifndef DINO_BENCH_LOAD_CLOSED_LOOP_H_
#define DINO_BENCH_LOAD_CLOSED_LOOP_H_

#include <memory>
#include <vector>

#include "bench/load/call_record.h"
#include "bench/load/caller.h"

namespace dino::bench {

using Callers = std::vector<std::unique_ptr<Caller>>;

// Makes each caller call again as soon as it is answered, until the span has ended or a call
// failed. `callers` are those of `queue`.
void RunClosedLoop(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record);

// Makes all callers call at once, and again once all are answered. A completion is such a round;
// its latency is that of the slowest call.
void RunRounds(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_CLOSED_LOOP_H_
