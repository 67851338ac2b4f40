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

void KeyedPublisher::Begin(Event&& event, const Call& call) {
  const std::uint64_t fingerprint = LocalFingerprintOf(event);
  Part& part = PartOf(call);
  Consequences consequences;
  bool publishes = false;
  {
    const MutexLock lock(part.mutex);
    publishes = Begins(part, event, fingerprint, call, consequences);
  }
  if (publishes) return Start(call, std::move(event));
  Do(consequences);
}

bool KeyedPublisher::Begins(Part& part, Event& event, std::uint64_t fingerprint, const Call& call,
                            Consequences& consequences) {
  const EventId id = *event.id;
  part.finished.PrefetchForFind(id);
  const Clock::time_point now = Clock::now();
  const auto reused = [&] {
    consequences.finished.push_back({call, Refusal::kKeyReused});
    return false;
  };
  if (const auto running = part.running.find(id); running != part.running.end()) {
    if (running->second->fingerprint != fingerprint) return reused();
    Join(part, running->second, event, call, consequences);
    return false;
  }
  const Run run = std::make_shared<KeyedRun>(event, fingerprint);
  if (const auto finished = part.finished.Find(id, now)) {
    if (finished->fingerprint != fingerprint) return reused();
    ++part.replays;
    consequences.finished.push_back({call, Replay(run, finished->no_subscriber_count)});
    return false;
  }
  if (const auto* known = part.unfinished.Find(id, now)) {
    if (known->fingerprint != fingerprint) return reused();
    run->published = true;
    run->acknowledgements.AddAll(
        SortedOrder(run->recipients).Unsort(part.unfinished.Take(id, now)->acknowledgements));
  }
  // If the call is refused, it is told whom earlier ones have reached.
  if (run->acknowledgements.count() > 0 || run->published) {
    run->token_fingerprint = FingerprintOf(event);
  }
  part.running.emplace(id, run);
  Publishes(run, call, event);
  return true;
}

void KeyedPublisher::Join(Part& part, const Run& run, Event& event, const Call& call,
                          Consequences& consequences) {
  std::optional<Admission::Ticket> room = admission_.TryAdmit(0, event.content_bytes, event.owner);
  if (!room.has_value()) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  call->room.emplace(*std::move(room));
  ++part.joins;
  if (!run->token_fingerprint.has_value()) run->token_fingerprint = FingerprintOf(event);
  if (event.earlier.has_value()) {
    const Acknowledgements by_place = SortedOrder(event.recipients).Sort(*event.earlier);
    run->acknowledgements.AddAll(SortedOrder(run->recipients).Unsort(by_place));
    event.earlier.reset();
  }
  event.recipients = Recipients();
  call->joined = std::make_unique<Event>(std::move(event));
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

std::unique_ptr<Event> KeyedPublisher::Leave(Part& part, const Call& call,
                                             Consequences& consequences) {
  call->state = KeyedCall::State::kEnded;
  call->room.reset();
  part.deadlines.erase({call->deadline, call});
  call->run->joined.erase(call->place);
  OpenLane(call, consequences);
  return std::move(call->joined);
}

void KeyedPublisher::Publishes(const Run& run, const Call& call, Event& event) {
  call->state = KeyedCall::State::kPublishing;
  call->run = run;
  if (run->acknowledgements.count() > 0) event.earlier = run->acknowledgements;
  run->taken_up = false;
  // The call keeps the run until what is published has ended.
  event.taken_up = [this, taken_up = run.get()] { OnTakenUp(*taken_up); };
  // The run has its own list.
  event.content_bytes += run->recipients.bytes();
}

void KeyedPublisher::Do(const Consequences& consequences) {
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
  if (const auto& launch = consequences.launch) Start(launch->call, std::move(*launch->event));
  for (const std::uint64_t lane : consequences.open_lanes) GoOn(lane);
}

void KeyedPublisher::Start(const Call& call, Event&& event) {
  call->keep_alive = call;
  // Without a `shared_ptr` the function needs no memory of its own.
  const auto published =
      next_.Publish(std::move(event),
                    [this, ended = call.get()](const Result& result) { OnEnded(*ended, result); });
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

void KeyedPublisher::OnEnded(KeyedCall& ended, const Result& result) {
  const Call call = std::move(ended.keep_alive);
  const auto* const answer = std::get_if<CallResult>(&result);
  std::optional<Acknowledgements> reached;
  if (answer != nullptr) reached.emplace(answer->outcomes);
  Part& part = PartOf(call);
  Consequences consequences;
  // Outlives the lock: the event and the call hold each other.
  std::shared_ptr<PublishedEvent> held;
  {
    const MutexLock lock(part.mutex);
    const Run& run = call->run;
    part.finished.PrefetchForAdd(run->id);
    call->state = KeyedCall::State::kEnded;
    held.swap(call->published);
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
  Do(consequences);
}

void KeyedPublisher::EndJoined(Part& part, const Run& run, const Result& result,
                               Consequences& consequences) {
  const auto* const answer = std::get_if<CallResult>(&result);
  if (answer != nullptr && TimeHelps(answer->summary.failure)) {
    return TakeOver(part, run, consequences);
  }
  const Ending shared =
      answer != nullptr ? Ending(Shared(run, *answer)) : Refused(run, std::get<Refusal>(result));
  while (!run->joined.empty()) {
    const Call joined = run->joined.front();
    Leave(part, joined, consequences);
    consequences.finished.push_back({joined, shared});
  }
}

void KeyedPublisher::TakeOver(Part& part, const Run& run, Consequences& consequences) {
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
    std::unique_ptr<Event> event = Leave(part, call, consequences);
    if (call->deadline <= now) {
      consequences.finished.push_back({call, OutOfTime(run, Failure::kTimeUp)});
      continue;
    }
    event->recipients = run->recipients;
    Publishes(run, call, *event);
    consequences.launch.emplace(Launch{call, std::move(event)});
  }
}

void KeyedPublisher::EndRun(Part& part, const Run& run) {
  part.running.erase(run->id);
  const Clock::time_point now = Clock::now();
  const Acknowledgements& known = run->acknowledgements;
  if (known.complete()) {
    part.finished.Add(run->id, {run->fingerprint, known.no_subscriber_count()}, now);
  } else if (run->published) {
    part.unfinished.Put(run->id, {run->fingerprint, SortedOrder(run->recipients).Sort(known)}, now);
  }
}

}  // namespace dino::fanout
