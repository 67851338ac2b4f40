#include "bench/load/held_calls.h"

#include <grpcpp/alarm.h>

#include <cstddef>

namespace dino::bench {
namespace {

constexpr std::chrono::seconds kPatience{20};
// The probe must have ended before the server can hold the last call.
constexpr std::chrono::milliseconds kPause{20};

// Calls the probe until it is refused. Until then, calls may still be admitted.
absl::Status AwaitRefusal(Caller& probe, grpc::CompletionQueue& queue) {
  const Clock::time_point last = Clock::now() + kPatience;
  while (Clock::now() < last) {
    grpc::Alarm pause;
    pause.Set(&queue, std::chrono::system_clock::now() + kPause, &pause);
    void* tag = nullptr;
    bool ok = false;
    if (!queue.Next(&tag, &ok)) break;
    if (tag != &pause) return FromTag(tag).Finish();
    probe.Start(Clock::now());
    if (!queue.Next(&tag, &ok)) break;
    if (tag != ToTag(&probe)) return FromTag(tag).Finish();
    if (absl::IsResourceExhausted(probe.Finish())) return absl::OkStatus();
  }
  return absl::DeadlineExceededError("the server does not hold all calls");
}

}  // namespace

absl::Status HoldCalls(const Callers& callers, Caller& probe, grpc::CompletionQueue& queue,
                       const std::function<void()>& look) {
  for (const auto& caller : callers) caller->Start(Clock::now());
  absl::Status status = AwaitRefusal(probe, queue);
  if (status.ok()) look();
  for (const auto& caller : callers) caller->Cancel();
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t i = 0; i < callers.size(); ++i) queue.Next(&tag, &ok);
  return status;
}

}  // namespace dino::bench
