#include "server/fanout/keyed_publisher.h"

#include "server/fanout/resume_token.h"
#include "server/fanout/sorted_order.h"

namespace dino::fanout {
namespace {

using Outcomes = std::vector<mqtt::PublicationOutcome>;

// Whether another call may succeed merely because it has more time.
bool TimeHelps(Failure failure) {
  return failure == Failure::kTimeUp || failure == Failure::kUnreachable ||
         failure == Failure::kBusy;
}

std::shared_ptr<KeyedRun> MakeRun(Event& event, const Fingerprint& fingerprint) {
  const auto size = static_cast<std::uint32_t>(event.recipients.size());
  return std::make_shared<KeyedRun>(
      KeyedRun{*event.id,
               TextOf(*event.id),
               std::move(event.type),
               event.kind,
               event.qos,
               fingerprint,
               std::move(event.recipients),
               std::move(event.overlays),
               event.earlier.has_value() ? *std::move(event.earlier) : Acknowledgements(size),
               /*published=*/false,
               {}});
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

std::optional<Refusal> KeyedPublisher::WouldRefuse(const Event& event) {
  if (!event.keyed) return next_.WouldRefuse(event);
  const Fingerprint fingerprint = FingerprintOf(event);
  Event missing = event;
  {
    const MutexLock lock(mutex_);
    const Clock::time_point now = Clock::now();
    // A call that joins, or is answered from what is known, needs no broker.
    if (const auto run = running_.find(*event.id); run != running_.end()) {
      if (run->second->fingerprint == fingerprint) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto finished = finished_.Find(*event.id, now)) {
      if (finished->fingerprint == fingerprint.high) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto* unfinished = unfinished_.Find(*event.id, now)) {
      if (unfinished->fingerprint != fingerprint) return Refusal::kKeyReused;
      Acknowledgements known = SortedOrder(event.recipients).Unsort(unfinished->acknowledgements);
      if (event.earlier.has_value()) known.AddAll(*event.earlier);
      missing.earlier = std::move(known);
    }
  }
  return next_.WouldRefuse(missing);
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

void KeyedPublisher::Replay(const Run& run, std::uint32_t no_subscriber_count, const Call& call,
                            Consequences& consequences) {
  ++replays_;
  const auto size = static_cast<std::uint32_t>(run->recipients.size());
  mqtt::PublicationOutcome outcome;
  outcome.outcome =
      no_subscriber_count == size ? mqtt::Outcome::kNoSubscriber : mqtt::Outcome::kAcknowledged;
  outcome.reason_code = mqtt::ReasonCodeOf(outcome.outcome);
  StoredResult result{run, std::make_shared<Outcomes>(size, outcome), {}};
  result.summary.acknowledged_count = size;
  result.summary.no_subscriber_count = no_subscriber_count;
  result.replayed = true;
  result.outcomes_forgotten = no_subscriber_count > 0 && no_subscriber_count < size;
  consequences.finished.push_back({call, std::move(result)});
}

void KeyedPublisher::Join(const Run& run, const Event& event, const Call& call,
                          Consequences& consequences) {
  std::optional<Admission::Ticket> room = admission_.TryAdmit(0, call->request_bytes);
  if (!room.has_value()) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  ++joins_;
  if (event.earlier.has_value()) {
    const Acknowledgements by_place = SortedOrder(event.recipients).Sort(*event.earlier);
    run->acknowledgements.AddAll(SortedOrder(run->recipients).Unsort(by_place));
  }
  call->room.emplace(*std::move(room));
  call->state = KeyedCall::State::kJoined;
  call->run = run;
  call->place = run->joined.insert(run->joined.end(), call);
  deadlines_.emplace(call->deadline, call);
  timer_.CallBy(call->deadline);
}

void KeyedPublisher::Leave(const Call& call) {
  call->state = KeyedCall::State::kEnded;
  call->room.reset();
  deadlines_.erase({call->deadline, call});
  call->run->joined.erase(call->place);
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
    Leave(joined);
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
    Leave(joined);
    consequences.finished.push_back({joined, stored});
  }
}

void KeyedPublisher::TakeOver(const Run& run, std::string_view json, Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  while (!run->joined.empty() && !consequences.launch.has_value()) {
    const Call call = run->joined.front();
    Leave(call);
    if (call->deadline <= now) {
      consequences.finished.push_back({call, OutOfTime(run)});
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
    if (call->state == KeyedCall::State::kJoined) {
      Leave(call);
      consequences.finished.push_back({call, OutOfTime(call->run)});
    }
  }
  next_.Stop(published);
  Do(std::move(consequences));
}

KeyedPublisher::Figures KeyedPublisher::figures() const {
  const MutexLock lock(mutex_);
  return {running_.size() + unfinished_.size() + finished_.size(),
          unfinished_.forgotten_early() + finished_.forgotten_early(), replays_, joins_,
          deadlines_.size()};
}

Clock::time_point KeyedPublisher::EndOverdue() {
  Consequences consequences;
  Clock::time_point next = Timer::kNever;
  {
    const MutexLock lock(mutex_);
    const Clock::time_point now = Clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const Call call = deadlines_.begin()->second;
      Leave(call);
      consequences.finished.push_back({call, OutOfTime(call->run)});
    }
    if (!deadlines_.empty()) next = deadlines_.begin()->first;
  }
  Do(std::move(consequences));
  return next;
}

KeyedPublisher::StoredResult KeyedPublisher::OutOfTime(const Run& run) const {
  const Acknowledgements& known = run->acknowledgements;
  // The publishing call may have reached them.
  const mqtt::PublicationOutcome unknown{mqtt::Outcome::kUnknown, 0, false};
  StoredResult result{run, std::make_shared<Outcomes>(known.All(unknown)), {}};
  result.summary.acknowledged_count = known.count();
  result.summary.no_subscriber_count = known.no_subscriber_count();
  result.summary.failure = Failure::kTimeUp;
  result.resume_token =
      Encode({run->id, run->fingerprint, SortedOrder(run->recipients).Sort(known)});
  return result;
}

}  // namespace dino::fanout
