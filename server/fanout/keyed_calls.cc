#include "server/fanout/keyed_calls.h"

#include "server/fanout/event_id.h"
#include "server/fanout/fanout.h"

namespace dino::fanout {
namespace {

using Outcomes = std::vector<mqtt::PublicationOutcome>;

void Count(const Acknowledgements& acknowledgements, ResultSummary& summary) {
  summary.acknowledged_count = acknowledgements.count();
  summary.no_subscriber_count = acknowledgements.no_subscriber_count();
}

// Whether another call may succeed merely because it has more time.
bool TimeHelps(Failure failure) {
  return failure == Failure::kTimeUp || failure == Failure::kUnreachable ||
         failure == Failure::kBusy;
}

}  // namespace

KeyedCalls::KeyedCalls(Fanout& fanout, Admission& admission, const IdempotencyOptions& options)
    : fanout_(fanout),
      admission_(admission),
      ledger_(options.entries, options.window),
      timer_("joined-calls", Timer::kNever, [this] { return EndOverdue(); }) {}

std::shared_ptr<KeyedCall> KeyedCalls::Publish(std::string_view key, Event event,
                                               std::size_t request_bytes,
                                               KeyedCall::DoneFunction done) {
  const Fingerprint fingerprint = FingerprintOf(event);
  auto call = std::make_shared<KeyedCall>(event, request_bytes, std::move(done));
  Consequences consequences;
  {
    const MutexLock lock(mutex_);
    Begin(key, std::move(event), fingerprint, call, consequences);
  }
  Do(std::move(consequences));
  return call;
}

std::optional<Refusal> KeyedCalls::WouldRefuse(std::string_view key, const Event& event,
                                               std::size_t request_bytes) {
  const Fingerprint fingerprint = FingerprintOf(event);
  std::size_t missing = event.recipients.size();
  {
    const MutexLock lock(mutex_);
    const CompletionRecord* record = ledger_.Find(key, Clock::now());
    if (record != nullptr) {
      if (record->fingerprint != fingerprint) return Refusal::kKeyReused;
      // A call that joins, or is answered from the record, needs no broker.
      if (record->run != nullptr || record->acknowledgements.complete()) return std::nullopt;
      missing -= record->acknowledgements.count();
    } else if (!ledger_.HasRoom()) {
      return Refusal::kOverloaded;
    }
  }
  return fanout_.WouldRefuse(missing, request_bytes);
}

void KeyedCalls::Begin(std::string_view key, Event event, const Fingerprint& fingerprint,
                       const Call& call, Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  CompletionRecord* record = ledger_.Find(key, now);
  if (record != nullptr && record->fingerprint != fingerprint) {
    consequences.finished.push_back({call, Refusal::kKeyReused});
    return;
  }
  if (record != nullptr && record->run != nullptr) return Join(record->run, call, consequences);

  const auto run = std::make_shared<KeyedRun>(KeyedRun{EventIdOf(key),
                                                       event.type,
                                                       event.kind,
                                                       event.qos,
                                                       std::move(event.recipients),
                                                       std::move(event.overlays),
                                                       record,
                                                       {}});
  if (record == nullptr || !record->acknowledgements.complete()) {
    return BeginRun(key, fingerprint, std::move(event.json), run, call, consequences);
  }
  StoredResult result{run, std::make_shared<Outcomes>(record->acknowledgements.All({})), {}, true};
  Count(record->acknowledgements, result.summary);
  consequences.finished.push_back({call, std::move(result)});
  ledger_.Renew(*record, now);
}

void KeyedCalls::BeginRun(std::string_view key, const Fingerprint& fingerprint, std::string json,
                          const std::shared_ptr<KeyedRun>& run, const Call& call,
                          Consequences& consequences) {
  if (run->record == nullptr && !ledger_.HasRoom()) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  Recipients missing = run->record == nullptr
                           ? run->recipients
                           : run->record->acknowledgements.Missing(run->recipients);
  if (!Admit(run, std::move(missing), std::move(json), call, consequences)) return;
  if (run->record == nullptr) {
    run->record =
        &ledger_.Add(key, fingerprint, static_cast<std::uint32_t>(run->recipients.size()), run);
  } else {
    ledger_.Restart(*run->record, run);
  }
}

void KeyedCalls::Join(const std::shared_ptr<KeyedRun>& run, const Call& call,
                      Consequences& consequences) {
  std::optional<Admission::Ticket> room = admission_.TryAdmit(0, call->request_bytes_);
  if (!room.has_value()) {
    consequences.finished.push_back({call, Refusal::kOverloaded});
    return;
  }
  call->room_.emplace(*std::move(room));
  call->state_ = KeyedCall::State::kJoined;
  call->run_ = run;
  call->place_ = run->joined.insert(run->joined.end(), call);
  deadlines_.emplace(call->deadline_, call);
  timer_.CallBy(call->deadline_);
}

void KeyedCalls::Leave(const Call& call) {
  call->state_ = KeyedCall::State::kEnded;
  call->room_.reset();
  deadlines_.erase({call->deadline_, call});
  call->run_->joined.erase(call->place_);
}

bool KeyedCalls::Admit(const std::shared_ptr<KeyedRun>& run, Recipients missing, std::string json,
                       const Call& call, Consequences& consequences) {
  const std::size_t bytes = call->request_bytes_ + run->recipients.size() * sizeof(std::int64_t);
  auto admitted = fanout_.Admit(missing.size(), bytes);
  if (std::holds_alternative<Refusal>(admitted)) {
    consequences.finished.push_back({call, std::get<Refusal>(admitted)});
    return false;
  }
  call->state_ = KeyedCall::State::kPublishing;
  call->run_ = run;
  Event event;
  event.type = run->type;
  event.kind = run->kind;
  event.event_id = run->event_id;
  event.json = std::move(json);
  event.recipients = std::move(missing);
  event.overlays = run->overlays;
  event.traceparent = call->traceparent_;
  event.qos = run->qos;
  event.accepted_at = call->accepted_at_;
  event.expiry = call->expiry_;
  event.deadline = call->deadline_;
  event.lane = call->lane_;
  consequences.launch.emplace(
      Launch{call, std::get<Admission::Ticket>(std::move(admitted)), std::move(event)});
  return true;
}

void KeyedCalls::Do(Consequences consequences) {
  for (const Finished& finished : consequences.finished) {
    if (const auto* refusal = std::get_if<Refusal>(&finished.result)) {
      finished.call->done_(*refusal);
      continue;
    }
    const auto& result = std::get<StoredResult>(finished.result);
    finished.call->done_(CallResult{result.run->event_id, result.run->recipients, *result.outcomes,
                                    result.summary, result.replayed});
  }
  if (consequences.launch.has_value()) Start(*std::move(consequences.launch));
}

void KeyedCalls::Start(Launch launch) {
  const Call call = launch.call;
  const auto batch =
      fanout_.Publish(std::move(launch.ticket), std::move(launch.event),
                      [this, call](const EventBatch& ended) { OnBatchEnded(call, ended); });
  bool stop = false;
  {
    const MutexLock lock(mutex_);
    // It may have ended already.
    if (call->state_ == KeyedCall::State::kPublishing) {
      call->batch_ = batch;
      stop = call->stop_requested_;
    }
  }
  if (stop) fanout_.Stop(batch);
}

void KeyedCalls::OnBatchEnded(const Call& call, const EventBatch& batch) {
  Consequences consequences;
  // Outlives the lock: the batch and the call hold each other.
  std::shared_ptr<EventBatch> held;
  {
    const MutexLock lock(mutex_);
    call->state_ = KeyedCall::State::kEnded;
    held.swap(call->batch_);
    const std::shared_ptr<KeyedRun> run = call->run_;
    Acknowledgements& acknowledgements = run->record->acknowledgements;
    StoredResult result{run, std::make_shared<Outcomes>(acknowledgements.Merge(batch.outcomes())),
                        batch.Summary()};
    Count(acknowledgements, result.summary);
    consequences.finished.push_back({call, result});
    if (TimeHelps(result.summary.failure)) {
      TakeOver(run, batch.payload(), consequences);
    } else {
      while (!run->joined.empty()) {
        const Call joined = run->joined.front();
        Leave(joined);
        consequences.finished.push_back({joined, result});
      }
    }
    if (!consequences.launch.has_value()) ledger_.Finish(*run->record, Clock::now());
  }
  Do(std::move(consequences));
}

void KeyedCalls::TakeOver(const std::shared_ptr<KeyedRun>& run, const std::string& json,
                          Consequences& consequences) {
  const Clock::time_point now = Clock::now();
  while (!run->joined.empty() && !consequences.launch.has_value()) {
    const Call call = run->joined.front();
    Leave(call);
    if (call->deadline_ <= now) {
      consequences.finished.push_back({call, OutOfTime(run)});
    } else {
      Admit(run, run->record->acknowledgements.Missing(run->recipients), json, call, consequences);
    }
  }
}

void KeyedCalls::Stop(const Call& call) {
  Consequences consequences;
  std::shared_ptr<EventBatch> batch;
  {
    const MutexLock lock(mutex_);
    call->stop_requested_ = true;
    batch = call->batch_;
    if (call->state_ == KeyedCall::State::kJoined) {
      Leave(call);
      consequences.finished.push_back({call, OutOfTime(call->run_)});
    }
  }
  if (batch != nullptr) fanout_.Stop(batch);
  Do(std::move(consequences));
}

std::size_t KeyedCalls::joined_count() const {
  const MutexLock lock(mutex_);
  return deadlines_.size();
}

Clock::time_point KeyedCalls::EndOverdue() {
  Consequences consequences;
  Clock::time_point next = Timer::kNever;
  {
    const MutexLock lock(mutex_);
    const Clock::time_point now = Clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const Call call = deadlines_.begin()->second;
      Leave(call);
      consequences.finished.push_back({call, OutOfTime(call->run_)});
    }
    if (!deadlines_.empty()) next = deadlines_.begin()->first;
  }
  Do(std::move(consequences));
  return next;
}

KeyedCalls::StoredResult KeyedCalls::OutOfTime(const std::shared_ptr<KeyedRun>& run) const {
  const Acknowledgements& acknowledgements = run->record->acknowledgements;
  // The publishing call may have reached them.
  const mqtt::PublicationOutcome unknown{mqtt::Outcome::kUnknown, 0, false};
  StoredResult result{run, std::make_shared<Outcomes>(acknowledgements.All(unknown)), {}};
  Count(acknowledgements, result.summary);
  result.summary.failure = Failure::kTimeUp;
  return result;
}

}  // namespace dino::fanout
