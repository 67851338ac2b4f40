// How events of a lane wait for one that has joined another call.
#include "server/fanout/keyed_publisher.h"

namespace dino::fanout {

KeyedPublisher::Call KeyedPublisher::HoldIfClosed(Event& event, DoneFunction& done) {
  Consequences consequences;
  Call call;
  {
    const MutexLock lock(mutex_);
    if (!gates_.IsClosed(event.lane)) return nullptr;
    call = std::make_shared<KeyedCall>(event, std::move(done));
    if (Wait(call, KeyedCall::State::kHeld)) {
      call->held = std::make_unique<Event>(std::move(event));
      gates_.Hold(call);
    } else {
      consequences.finished.push_back({call, Refusal::kOverloaded});
    }
  }
  Do(std::move(consequences));
  return call;
}

bool KeyedPublisher::Wait(const Call& call, KeyedCall::State state) {
  std::optional<Admission::Ticket> room = admission_.TryAdmit(0, call->request_bytes);
  if (!room.has_value()) return false;
  call->room.emplace(*std::move(room));
  call->state = state;
  deadlines_.emplace(call->deadline, call);
  timer_.CallBy(call->deadline);
  return true;
}

void KeyedPublisher::EndWaiting(const Call& waiting, Consequences& consequences) {
  const Call call = waiting;
  if (call->state == KeyedCall::State::kJoined) {
    Leave(call, consequences);
    consequences.finished.push_back({call, OutOfTime(call->run, Failure::kTimeUp)});
  } else if (call->state == KeyedCall::State::kHeld) {
    gates_.Remove(call);
    LeaveHeld(call);
    consequences.finished.push_back({call, NotSent(*std::move(call->held))});
  }
}

KeyedPublisher::StoredResult KeyedPublisher::NotSent(Event event) const {
  if (!event.id.has_value()) event.id = RandomEventId();
  const Fingerprint fingerprint = FingerprintOf(event);
  const mqtt::PublicationOutcome not_sent{mqtt::Outcome::kNotSent, 0, false};
  return OutOfTime(MakeRun(event, fingerprint), Failure::kTimeUp, not_sent);
}

void KeyedPublisher::LeaveHeld(const Call& call) {
  deadlines_.erase({call->deadline, call});
  call->state = KeyedCall::State::kEnded;
  call->room.reset();
}

void KeyedPublisher::OnTakenUp(const Run& run) {
  Consequences consequences;
  {
    const MutexLock lock(mutex_);
    run->taken_up = true;
    for (const Call& call : run->joined) OpenLane(call, consequences);
  }
  Do(std::move(consequences));
}

void KeyedPublisher::OpenLane(const Call& call, Consequences& consequences) {
  if (call->lane != 0 && gates_.Open(call)) consequences.open_lanes.push_back(call->lane);
}

void KeyedPublisher::GoOn(std::uint64_t lane) {
  {
    const MutexLock lock(mutex_);
    if (!gates_.Enter(lane)) return;
  }
  while (true) {
    Consequences consequences;
    Call unkeyed;
    {
      const MutexLock lock(mutex_);
      const Call call = gates_.Next(lane);
      if (call == nullptr) {
        any_lane_closed_.store(!gates_.empty(), std::memory_order_relaxed);
        return;
      }
      LeaveHeld(call);
      if (call->held->keyed) {
        Event event = *std::move(call->held);
        const Fingerprint fingerprint = FingerprintOf(event);
        Begin(std::move(event), fingerprint, call, consequences);
      } else {
        unkeyed = call;
      }
    }
    Do(std::move(consequences));
    if (unkeyed != nullptr) PublishHeld(unkeyed);
  }
}

void KeyedPublisher::PublishHeld(const Call& call) {
  const auto published = next_.Publish(*std::move(call->held), call->done);
  bool stop = false;
  {
    const MutexLock lock(mutex_);
    call->published = published;
    stop = call->stop_requested;
  }
  if (stop) next_.Stop(published);
}

}  // namespace dino::fanout
