#include "bench/load/closed_loop.h"

#include <cstddef>

namespace dino::bench {

void RunClosedLoop(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record) {
  for (const auto& caller : callers) caller->Start(Clock::now());
  std::size_t in_progress = callers.size();
  void* tag = nullptr;
  bool ok = false;
  while (in_progress > 0 && queue.Next(&tag, &ok)) {
    Caller& caller = FromTag(tag);
    record.Answered(caller.intended(), caller.Finish());
    if (record.ended()) {
      --in_progress;
    } else {
      caller.Start(Clock::now());
    }
  }
}

void RunRounds(const Callers& callers, grpc::CompletionQueue& queue, CallRecord& record) {
  while (!record.ended()) {
    const Clock::time_point start = Clock::now();
    for (const auto& caller : callers) caller->Start(start);
    absl::Status status;
    void* tag = nullptr;
    bool ok = false;
    for (std::size_t i = 0; i < callers.size() && queue.Next(&tag, &ok); ++i) {
      status.Update(FromTag(tag).Finish());
    }
    record.Answered(start, status);
  }
}

}  // namespace dino::bench
