// How events of a lane wait for one that has joined another call.
#include <cstddef>
#include <cstdint>

#include "server/fanout/keyed_publisher.h"

namespace dino::fanout {

KeyedPublisher::Call KeyedPublisher::HoldIfClosed(Event& event, DoneFunction& done) {
  Call call;
  {
    const MutexLock lock(lanes_mutex_);
    if (!gates_.IsClosed(event.lane)) return nullptr;
    // Without a key any part will do.
    const std::size_t part = event.keyed ? PartFor(*event.id) : 0;
    call = std::make_shared<KeyedCall>(event, part, std::move(done));
    const std::size_t bytes = event.content_bytes + event.recipients.bytes();
    if (auto room = admission_.TryAdmit(0, bytes, event.owner)) {
      call->room.emplace(*std::move(room));
      call->held = std::make_unique<Event>(std::move(event));
      gates_.Hold(call);
      held_.emplace(call->deadline, call);
      timer_.CallBy(call->deadline);
      return call;
    }
  }
  call->done(Refusal::kOverloaded);
  return call;
}

void KeyedPublisher::CloseLane(const Run& run, const Call& call) {
  if (run->taken_up) return;
  const MutexLock lock(lanes_mutex_);
  gates_.Close(call);
  any_lane_closed_.store(true, std::memory_order_relaxed);
  run->awaited_by_lanes = true;
  // Nothing was published yet behind the call, so that it needs no more to open the lane again.
  if (!run->taken_up) return;
  gates_.Reopen(call);
  any_lane_closed_.store(!gates_.empty(), std::memory_order_relaxed);
}

void KeyedPublisher::OpenLane(const Call& call, Consequences& consequences) {
  if (call->lane == 0) return;
  const MutexLock lock(lanes_mutex_);
  if (gates_.Open(call)) consequences.open_lanes.push_back(call->lane);
}

void KeyedPublisher::OnTakenUp(KeyedRun& run) {
  run.taken_up = true;
  if (!run.awaited_by_lanes) return;
  Consequences consequences;
  {
    Part& part = *parts_[PartFor(run.id)];
    const MutexLock lock(part.mutex);
    for (const Call& call : run.joined) OpenLane(call, consequences);
  }
  Do(consequences);
}

void KeyedPublisher::GoOn(std::uint64_t lane) {
  {
    const MutexLock lock(lanes_mutex_);
    if (!gates_.Enter(lane)) return;
  }
  while (true) {
    Call call;
    Event event;
    {
      const MutexLock lock(lanes_mutex_);
      call = gates_.Next(lane);
      if (call == nullptr) {
        any_lane_closed_.store(!gates_.empty(), std::memory_order_relaxed);
        return;
      }
      event = TakeHeld(call);
    }
    event.keyed ? Begin(std::move(event), call) : PublishHeld(call, std::move(event));
  }
}

void KeyedPublisher::PublishHeld(const Call& call, Event event) {
  const auto published = next_.Publish(std::move(event), call->done);
  {
    Part& part = PartOf(call);
    const MutexLock lock(part.mutex);
    call->published = published;
  }
  if (call->stop_requested) next_.Stop(published);
}

void KeyedPublisher::EndHeld(const Call& call, Consequences& consequences) {
  if (call->held == nullptr) return;
  gates_.Remove(call);
  Event event = TakeHeld(call);
  if (!event.id.has_value()) event.id = RandomEventId();
  const auto run = std::make_shared<KeyedRun>(event, LocalFingerprintOf(event));
  run->token_fingerprint = FingerprintOf(event);
  const mqtt::PublicationOutcome not_sent{mqtt::Outcome::kNotSent, 0, false};
  consequences.finished.push_back({call, OutOfTime(run, Failure::kTimeUp, not_sent)});
}

Event KeyedPublisher::TakeHeld(const Call& call) {
  held_.erase({call->deadline, call});
  call->room.reset();
  const std::unique_ptr<Event> held = std::move(call->held);
  return std::move(*held);
}

}  // namespace dino::fanout
