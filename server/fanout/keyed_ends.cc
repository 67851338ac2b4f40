// How calls end early: when they are stopped, or wait until it is too late.
#include <algorithm>

#include "server/fanout/keyed_publisher.h"

namespace dino::fanout {

void KeyedPublisher::Stop(const std::shared_ptr<PublishedEvent>& event) {
  if (event == nullptr) return;
  const auto call = std::dynamic_pointer_cast<KeyedCall>(event);
  call == nullptr ? next_.Stop(event) : StopCall(call);
}

void KeyedPublisher::StopCall(const Call& call) {
  call->stop_requested = true;
  Consequences consequences;
  {
    const MutexLock lock(lanes_mutex_);
    EndHeld(call, consequences);
  }
  std::shared_ptr<PublishedEvent> published;
  {
    Part& part = PartOf(call);
    const MutexLock lock(part.mutex);
    published = call->published;
    if (call->state == KeyedCall::State::kJoined) {
      Leave(part, call, consequences);
      consequences.finished.push_back({call, OutOfTime(call->run, Failure::kTimeUp)});
    }
  }
  next_.Stop(published);
  Do(consequences);
}

Clock::time_point KeyedPublisher::EndOverdue() {
  const Clock::time_point now = Clock::now();
  Clock::time_point next = Timer::kNever;
  Consequences consequences;
  for (const auto& part : parts_) {
    const MutexLock lock(part->mutex);
    auto& deadlines = part->deadlines;
    while (!deadlines.empty() && deadlines.begin()->first <= now) {
      const Call call = deadlines.begin()->second;
      Leave(*part, call, consequences);
      consequences.finished.push_back({call, OutOfTime(call->run, Failure::kTimeUp)});
    }
    if (!deadlines.empty()) next = std::min(next, deadlines.begin()->first);
  }
  {
    const MutexLock lock(lanes_mutex_);
    while (!held_.empty() && held_.begin()->first <= now) {
      EndHeld(Call(held_.begin()->second), consequences);
    }
    if (!held_.empty()) next = std::min(next, held_.begin()->first);
  }
  Do(consequences);
  return next;
}

}  // namespace dino::fanout
