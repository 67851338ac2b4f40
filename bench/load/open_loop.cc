#include "bench/load/open_loop.h"

#include <grpcpp/alarm.h>
#include <sys/prctl.h>

#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dino::bench {

OpenLoop::OpenLoop(grpc::CompletionQueue& queue, MakeCaller make_caller, std::size_t places,
                   std::size_t max_in_progress, std::chrono::nanoseconds warm_up)
    : queue_(queue),
      make_caller_(std::move(make_caller)),
      max_in_progress_(max_in_progress),
      warm_up_(warm_up),
      idle_(places) {}

absl::Status OpenLoop::Run(Schedule& schedule) {
  const Clock::time_point begin = Clock::now();
  grpc::Alarm end;
  absl::Status started;
  std::thread pacer([&] {
    started = StartAll(schedule, begin);
    // Wakes the queue up.
    end.Set(&queue_, gpr_now(GPR_CLOCK_MONOTONIC), &end);
  });
  FinishUntil(&end, begin + warm_up_);
  pacer.join();
  started.Update(status_);
  return started;
}

absl::Status OpenLoop::StartAll(Schedule& schedule, Clock::time_point begin) {
  // Otherwise, the kernel may wake us up 50 microseconds late.
  prctl(PR_SET_TIMERSLACK, 1);
  while (const std::optional<DueCall> due = schedule.Next()) {
    const Clock::time_point when = begin + due->when;
    std::this_thread::sleep_until(when);
    Caller* const caller = TakeIdle(due->caller);
    if (caller == nullptr) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the server does not keep up: ", max_in_progress_, " calls in progress"));
    }
    caller->Start(when);
  }
  return absl::OkStatus();
}

Caller* OpenLoop::TakeIdle(std::size_t place) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Caller*>& idle = idle_.at(place);
  if (!idle.empty()) {
    Caller* const caller = idle.back();
    idle.pop_back();
    return caller;
  }
  if (callers_.size() == max_in_progress_) return nullptr;
  callers_.push_back(make_caller_(place));
  Caller* const caller = callers_.back().get();
  places_.emplace(caller, place);
  return caller;
}

std::size_t OpenLoop::in_progress() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t idle = 0;
  for (const auto& callers : idle_) idle += callers.size();
  return callers_.size() - idle;
}

void OpenLoop::FinishUntil(const void* end, Clock::time_point first_measured) {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok) && tag != end) Finish(FromTag(tag), first_measured);
  for (std::size_t left = in_progress(); left > 0 && queue_.Next(&tag, &ok); --left) {
    Finish(FromTag(tag), first_measured);
  }
}

void OpenLoop::Finish(Caller& caller, Clock::time_point first_measured) {
  const Clock::time_point now = Clock::now();
  status_.Update(caller.Finish());
  if (caller.intended() >= first_measured) latencies_.Add(now - caller.intended());
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.at(places_.at(&caller)).push_back(&caller);
}

}  // namespace dino::bench
