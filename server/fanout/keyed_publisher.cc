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

KeyedPublisher::Part::Part(const IdempotencyOptions& options)
    : unfinished(options.memory / 4 / kParts, options.window),
      finished(options.finished_events() / kParts, options.window) {}

KeyedPublisher::KeyedPublisher(EventPublisher& next, Admission& admission,
                               const IdempotencyOptions& options)
    : next_(next),
      admission_(admission),
      parts_(MakeParts(options)),
      timer_("waiting-calls", Timer::kNever, [this] { return EndOverdue(); }) {}

KeyedPublisher::Parts KeyedPublisher::MakeParts(const IdempotencyOptions& options) {
  Parts parts;
  for (std::size_t i = 0; i < kParts; ++i) parts.push_back(std::make_unique<Part>(options));
  return parts;
}

std::size_t KeyedPublisher::PartFor(const EventId& id) {
  // `FinishedEvents` goes by other bytes.
  return id.front() % kParts;
}

std::shared_ptr<PublishedEvent> KeyedPublisher::Publish(Event event, DoneFunction done) {
  if (event.lane != 0 && any_lane_closed_.load(std::memory_order_relaxed)) {
    if (const Call held = HoldIfClosed(event, done)) return held;
  }
  if (!event.keyed) return next_.Publish(std::move(event), std::move(done));
  const auto call = std::make_shared<KeyedCall>(event, PartFor(*event.id), std::move(done));
  Begin(std::move(event), call);
  return call;
}

void KeyedPublisher::Begin(Event event, const Call& call) {
  const Fingerprint fingerprint = FingerprintOf(event);
  Part& part = PartOf(call);
  Consequences consequences;
  {
    const MutexLock lock(part.mutex);
    Begin(part, std::move(event), fingerprint, call, consequences);
  }
  Do(std::move(consequences));
}

void KeyedPublisher::Begin(Part& part, Event event, const Fingerprint& fingerprint,
                           const Call& call, Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  const EventId id = *event.id;
  const auto reused = [&] { consequences.finished.push_back({call, Refusal::kKeyReused}); };
  if (const auto running = part.running.find(id); running != part.running.end()) {
    if (running->second->fingerprint != fingerprint) return reused();
    return Join(part, running->second, event, call, consequences);
  }
  std::string json = std::move(event.json);
  const Run run = std::make_shared<KeyedRun>(event, fingerprint);
  if (const auto finished = part.finished.Find(id, now)) {
    if (finished->fingerprint != fingerprint.high) return reused();
    ++part.replays;
    consequences.finished.push_back({call, Replay(run, finished->no_subscriber_count)});
    return;
  }
  if (const auto* known = part.unfinished.Find(id, now)) {
    if (known->fingerprint != fingerprint) return reused();
    run->published = true;
    run->acknowledgements.AddAll(
        SortedOrder(run->recipients).Unsort(part.unfinished.Take(id, now)->acknowledgements));
  }
  part.running.emplace(id, run);
  Publishes(run, std::move(json), call, consequences);
}

void KeyedPublisher::Join(Part& part, const Run& run, const Event& event, const Call& call,
                          Consequences& consequences) {
  std::optional<Admission::Ticket> room = admission_.TryAdmit(0, call->content_bytes, call->owner);
  if (!room.has_value()) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  call->room.emplace(*std::move(room));
  ++part.joins;
  if (event.earlier.has_value()) {
    const Acknowledgements by_place = SortedOrder(event.recipients).Sort(*event.earlier);
    run->acknowledgements.AddAll(SortedOrder(run->recipients).Unsort(by_place));
  }
  call->state = KeyedCall::State::kJoined;
  call->run = run;
  call->place = run->joined.insert(run->joined.end(), call);
  part.deadlines.emplace(call->deadline, call);
  timer_.CallBy(call->deadline);
  if (call->lane != 0) CloseLane(run, call);
  // Whoever asked for it may have found it nowhere.
  if (!call->stop_requested) return;
  Leave(part, call, consequences);
  consequences.finished.push_back({call, OutOfTime(run, Failure::kTimeUp)});
}

void KeyedPublisher::Leave(Part& part, const Call& call, Consequences& consequences) {
  call->state = KeyedCall::State::kEnded;
  call->room.reset();
  part.deadlines.erase({call->deadline, call});
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
  event.user_properties = call->user_properties;
  event.traced = call->traced;
  event.qos = run->qos;
  event.accepted_at = call->accepted_at;
  event.expiry = call->expiry;
  event.deadline = call->deadline;
  event.lane = call->lane;
  event.owner = call->owner;
  run->taken_up = false;
  // What is published keeps the call, and that its run, until it ends.
  event.taken_up = [this, taken_up = run.get()] { OnTakenUp(*taken_up); };
  // The run has its own list.
  event.content_bytes = call->content_bytes + run->recipients.size() * sizeof(std::int64_t);
  consequences.launch.emplace(Launch{call, std::move(event)});
}

void KeyedPublisher::Do(Consequences consequences) {
  for (const Finished& finished : consequences.finished) {
    if (const auto* refusal = std::get_if<Refusal>(&finished.result)) {
      finished.call->done(*refusal);
      continue;
    }
    const auto& stored = std::get<StoredResult>(finished.result);
    const std::string event_id = TextOf(stored.run->id);
    CallResult result{event_id,       stored.run->recipients, *stored.outcomes,
                      stored.summary, stored.replayed,        stored.outcomes_forgotten};
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
    Part& part = PartOf(call);
    const MutexLock lock(part.mutex);
    // It may have ended already.
    if (call->state == KeyedCall::State::kPublishing) {
      call->published = published;
      stop = call->stop_requested;
    }
  }
  if (stop) next_.Stop(published);
}

void KeyedPublisher::OnEnded(const Call& call, const Result& result) {
  const auto* const answer = std::get_if<CallResult>(&result);
  std::optional<Acknowledgements> reached;
  if (answer != nullptr) reached.emplace(answer->outcomes);
  Part& part = PartOf(call);
  Consequences consequences;
  // Outlives the lock: the event and the call hold each other.
  std::shared_ptr<PublishedEvent> held;
  {
    const MutexLock lock(part.mutex);
    call->state = KeyedCall::State::kEnded;
    held.swap(call->published);
    const Run& run = call->run;
    if (reached.has_value()) {
      run->published = true;
      run->acknowledgements.AddAll(*reached);
    }
    if (answer == nullptr) {
      consequences.finished.push_back({call, Refused(run, std::get<Refusal>(result))});
    }
    if (!run->joined.empty()) EndJoined(part, run, result, consequences);
    if (!consequences.launch.has_value()) EndRun(part, run);
  }
  if (answer != nullptr) call->done(result);
  Do(std::move(consequences));
}

void KeyedPublisher::EndJoined(Part& part, const Run& run, const Result& result,
                               Consequences& consequences) {
  const auto* const answer = std::get_if<CallResult>(&result);
  if (answer != nullptr && TimeHelps(answer->summary.failure)) {
    return TakeOver(part, run, answer->json, consequences);
  }
  const Ending shared =
      answer != nullptr ? Ending(Shared(run, *answer)) : Refused(run, std::get<Refusal>(result));
  while (!run->joined.empty()) {
    const Call joined = run->joined.front();
    Leave(part, joined, consequences);
    consequences.finished.push_back({joined, shared});
  }
}

void KeyedPublisher::TakeOver(Part& part, const Run& run, std::string_view json,
                              Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  for (auto next = run->joined.begin(); run->taken_up && next != run->joined.end();) {
    const Call call = *next++;
    if (call->lane == 0) continue;
    // What follows it has gone on, and what is missing would come behind that.
    Leave(part, call, consequences);
    consequences.finished.push_back({call, OutOfTime(run, Failure::kUnreachable)});
  }
  while (!run->joined.empty() && !consequences.launch.has_value()) {
    const Call call = run->joined.front();
    Leave(part, call, consequences);
    if (call->deadline <= now) {
      consequences.finished.push_back({call, OutOfTime(run, Failure::kTimeUp)});
    } else {
      Publishes(run, std::string(json), call, consequences);
    }
  }
}

void KeyedPublisher::EndRun(Part& part, const Run& run) {
  part.running.erase(run->id);
  const Clock::time_point now = Clock::now();
  const Acknowledgements& known = run->acknowledgements;
  if (known.complete()) {
    part.finished.Add(run->id, {run->fingerprint.high, known.no_subscriber_count()}, now);
  } else if (run->published) {
    part.unfinished.Put(run->id, {run->fingerprint, SortedOrder(run->recipients).Sort(known)}, now);
  }
}

}  // namespace dino::fanout
