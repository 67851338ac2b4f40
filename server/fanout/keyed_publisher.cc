#include "server/fanout/keyed_publisher.h"

#include "server/fanout/sorted_order.h"

namespace dino::fanout {
namespace {

// Whether another call may succeed merely because it has more time.
bool TimeHelps(Failure failure) {
  return failure == Failure::kTimeUp || failure == Failure::kUnreachable ||
         failure == Failure::kBusy;
}

}  // namespace

KeyedPublisher::KeyedPublisher(EventPublisher& next, Admission& admission,
                               const IdempotencyOptions& options)
    : next_(next),
      admission_(admission),
      unfinished_(options.memory / 4, options.window),
      finished_(options.finished_events(), options.window),
      timer_("joined-calls", Timer::kNever, [this] { return EndOverdue(); }) {}

std::shared_ptr<PublishedEvent> KeyedPublisher::Publish(Event event, DoneFunction done) {
  if (event.lane != 0 && any_lane_closed_.load(std::memory_order_relaxed)) {
    if (const Call held = HoldIfClosed(event, done)) return held;
  }
  if (!event.keyed) return next_.Publish(std::move(event), std::move(done));
  const Fingerprint fingerprint = FingerprintOf(event);
  const auto call = std::make_shared<KeyedCall>(event, std::move(done));
  Consequences consequences;
  {
    const MutexLock lock(mutex_);
    Begin(std::move(event), fingerprint, call, consequences);
  }
  Do(std::move(consequences));
  return call;
}

void KeyedPublisher::Begin(Event event, const Fingerprint& fingerprint, const Call& call,
                           Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  const EventId id = *event.id;
  const auto reused = [&] { consequences.finished.push_back({call, Refusal::kKeyReused}); };
  if (const auto running = running_.find(id); running != running_.end()) {
    if (running->second->fingerprint != fingerprint) return reused();
    return Join(running->second, event, call, consequences);
  }
  std::string json = std::move(event.json);
  const Run run = MakeRun(event, fingerprint);
  if (const auto finished = finished_.Find(id, now)) {
    if (finished->fingerprint != fingerprint.high) return reused();
    return Replay(run, finished->no_subscriber_count, call, consequences);
  }
  if (const auto* known = unfinished_.Find(id, now)) {
    if (known->fingerprint != fingerprint) return reused();
    run->published = true;
    run->acknowledgements.AddAll(
        SortedOrder(run->recipients).Unsort(unfinished_.Take(id, now)->acknowledgements));
  }
  running_.emplace(id, run);
  Publishes(run, std::move(json), call, consequences);
}

void KeyedPublisher::Join(const Run& run, const Event& event, const Call& call,
                          Consequences& consequences) {
  if (!Wait(call, KeyedCall::State::kJoined)) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  ++joins_;
  if (event.earlier.has_value()) {
    const Acknowledgements by_place = SortedOrder(event.recipients).Sort(*event.earlier);
    run->acknowledgements.AddAll(SortedOrder(run->recipients).Unsort(by_place));
  }
  call->run = run;
  call->place = run->joined.insert(run->joined.end(), call);
  if (call->lane != 0 && !run->taken_up) {
    gates_.Close(call);
    any_lane_closed_.store(true, std::memory_order_relaxed);
  }
}

void KeyedPublisher::Leave(const Call& call, Consequences& consequences) {
  call->state = KeyedCall::State::kEnded;
  call->room.reset();
  deadlines_.erase({call->deadline, call});
  call->run->joined.erase(call->place);
  OpenLane(call, consequences);
}

void KeyedPublisher::Publishes(const Run& run, std::string json, const Call& call,
                               Consequences& consequences) {
  call->state = KeyedCall::State::kPublishing;
  call->run = run;
  Event event;
  event.type = run->type;
  event.kind = run->kind;
  event.id = run->id;
  event.json = std::move(json);
  event.recipients = run->recipients;
  if (run->acknowledgements.count() > 0) event.earlier = run->acknowledgements;
  event.overlays = run->overlays;
  event.traceparent = call->traceparent;
  event.qos = run->qos;
  event.accepted_at = call->accepted_at;
  event.expiry = call->expiry;
  event.deadline = call->deadline;
  event.lane = call->lane;
  run->taken_up = false;
  event.taken_up = [this, weak = std::weak_ptr<KeyedRun>(run)] {
    if (const Run taken_up = weak.lock()) OnTakenUp(taken_up);
  };
  // The run has its own list.
  event.request_bytes = call->request_bytes + run->recipients.size() * sizeof(std::int64_t);
  consequences.launch.emplace(Launch{call, std::move(event)});
}

void KeyedPublisher::Do(Consequences consequences) {
  for (const Finished& finished : consequences.finished) {
    if (const auto* refusal = std::get_if<Refusal>(&finished.result)) {
      finished.call->done(*refusal);
      continue;
    }
    const auto& stored = std::get<StoredResult>(finished.result);
    CallResult result{stored.run->event_id, stored.run->recipients, *stored.outcomes,
                      stored.summary,       stored.replayed,        stored.outcomes_forgotten};
    result.resume_token = stored.resume_token;
    finished.call->done(result);
  }
  if (consequences.launch.has_value()) Start(*std::move(consequences.launch));
  for (const std::uint64_t lane : consequences.open_lanes) GoOn(lane);
}

void KeyedPublisher::Start(Launch launch) {
  const Call call = launch.call;
  const auto published = next_.Publish(
      std::move(launch.event), [this, call](const Result& result) { OnEnded(call, result); });
  bool stop = false;
  {
    const MutexLock lock(mutex_);
    // It may have ended already.
    if (call->state == KeyedCall::State::kPublishing) {
      call->published = published;
      stop = call->stop_requested;
    }
  }
  if (stop) next_.Stop(published);
}

void KeyedPublisher::OnEnded(const Call& call, const Result& result) {
  Consequences consequences;
  // Outlives the lock: the event and the call hold each other.
  std::shared_ptr<PublishedEvent> held;
  {
    const MutexLock lock(mutex_);
    call->state = KeyedCall::State::kEnded;
    held.swap(call->published);
    const Run run = call->run;
    if (const auto* refusal = std::get_if<Refusal>(&result)) {
      Refused(run, call, *refusal, consequences);
    } else {
      Answered(run, call, std::get<CallResult>(result), consequences);
    }
    if (!consequences.launch.has_value()) EndRun(run);
  }
  Do(std::move(consequences));
}

void KeyedPublisher::Refused(const Run& run, const Call& call, Refusal refusal,
                             Consequences& consequences) {
  consequences.finished.push_back({call, refusal});
  while (!run->joined.empty()) {
    const Call joined = run->joined.front();
    Leave(joined, consequences);
    consequences.finished.push_back({joined, refusal});
  }
}

void KeyedPublisher::Answered(const Run& run, const Call& call, const CallResult& result,
                              Consequences& consequences) {
  run->published = true;
  run->acknowledgements.AddAll(Acknowledgements(result.outcomes));
  StoredResult stored{run, std::make_shared<Outcomes>(result.outcomes), result.summary,
                      std::string(result.resume_token)};
  stored.replayed = result.replayed;
  consequences.finished.push_back({call, stored});
  if (TimeHelps(result.summary.failure)) return TakeOver(run, result.json, consequences);
  while (!run->joined.empty()) {
    const Call joined = run->joined.front();
    Leave(joined, consequences);
    consequences.finished.push_back({joined, stored});
  }
}

void KeyedPublisher::TakeOver(const Run& run, std::string_view json, Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  for (auto next = run->joined.begin(); run->taken_up && next != run->joined.end();) {
    const Call call = *next++;
    if (call->lane == 0) continue;
    // What follows it has gone on, and what is missing would come behind that.
    Leave(call, consequences);
    consequences.finished.push_back({call, OutOfTime(run, Failure::kUnreachable)});
  }
  while (!run->joined.empty() && !consequences.launch.has_value()) {
    const Call call = run->joined.front();
    Leave(call, consequences);
    if (call->deadline <= now) {
      consequences.finished.push_back({call, OutOfTime(run, Failure::kTimeUp)});
    } else {
      Publishes(run, std::string(json), call, consequences);
    }
  }
}

void KeyedPublisher::EndRun(const Run& run) {
  running_.erase(run->id);
  const Clock::time_point now = Clock::now();
  const Acknowledgements& known = run->acknowledgements;
  if (known.complete()) {
    finished_.Add(run->id, {run->fingerprint.high, known.no_subscriber_count()}, now);
  } else if (run->published) {
    unfinished_.Put(run->id, {run->fingerprint, SortedOrder(run->recipients).Sort(known)}, now);
  }
}

void KeyedPublisher::Stop(const std::shared_ptr<PublishedEvent>& event) {
  if (event == nullptr) return;
  const auto call = std::dynamic_pointer_cast<KeyedCall>(event);
  call == nullptr ? next_.Stop(event) : StopCall(call);
}

void KeyedPublisher::StopCall(const Call& call) {
  Consequences consequences;
  std::shared_ptr<PublishedEvent> published;
  {
    const MutexLock lock(mutex_);
    call->stop_requested = true;
    published = call->published;
    EndWaiting(call, consequences);
  }
  next_.Stop(published);
  Do(std::move(consequences));
}

Clock::time_point KeyedPublisher::EndOverdue() {
  Consequences consequences;
  Clock::time_point next = Timer::kNever;
  {
    const MutexLock lock(mutex_);
    const Clock::time_point now = Clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      EndWaiting(deadlines_.begin()->second, consequences);
    }
    if (!deadlines_.empty()) next = deadlines_.begin()->first;
  }
  Do(std::move(consequences));
  return next;
}

}  // namespace dino::fanout
