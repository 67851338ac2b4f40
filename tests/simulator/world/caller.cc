#include "tests/simulator/world/caller.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/stable_hash.h"
#include "server/fanout/event_publisher.h"
#include "server/fanout/resume_token.h"

namespace dino::simulator {
namespace {

// The memory of a request.
constexpr std::size_t kRequestBytes = 100;
constexpr std::chrono::milliseconds kRepeatPause{100};

using Outcomes = std::vector<std::pair<UserId, Reported>>;

Outcomes OutcomesOf(const fanout::CallResult& result) {
  Outcomes outcomes;
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    outcomes.emplace_back(result.recipients.user_ids()[i], ReportedOf(result.outcomes[i].outcome));
  }
  return outcomes;
}

}  // namespace

void Caller::WaitForNext() {
  if (next_ == plan_.calls.size()) return on_end_();
  world_.timeline.After(call().pause, [this] { Begin(); });
}

void Caller::Begin() {
  const bool several =
      call().kind == CallPlan::Kind::kBatch || call().kind == CallPlan::Kind::kStream;
  const std::uint64_t lane = several ? mqtt::NewLane() : 0;
  items_.clear();
  for (const EventPlan& event : call().events) {
    auto item = std::make_shared<Item>();
    item->event = world_.ledger.NewEvent(lane, static_cast<int>(items_.size()));
    item->lane = lane;
    item->plan = &event;
    items_.push_back(std::move(item));
  }
  open_items_ = items_.size();
  PublishEvents(0);
}

void Caller::PublishEvents(std::size_t first) {
  // The call may have ended, and the next one begun, when the last event was published.
  const std::vector<ItemPtr> items = items_;
  const bool stream = call().kind == CallPlan::Kind::kStream;
  for (std::size_t i = first; i < items.size(); ++i) {
    if (stream && i > first && items[i]->plan->pause > Duration(0)) {
      world_.timeline.After(items[i]->plan->pause, [this, i] { PublishEvents(i); });
      return;
    }
    Publish(items[i]);
  }
}

fanout::Event Caller::MakeEvent(const Item& item) const {
  fanout::Event event;
  event.type = "message";
  event.id = fanout::EventIdOf("caller", absl::StrCat("key-", item.event));
  event.keyed = item.keyed;
  event.json = JsonOf(item.event, item.plan->padding);
  event.recipients = fanout::Recipients(item.plan->users);
  event.qos = call().qos == 0 ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
  event.accepted_at = world_.timeline.now();
  event.deadline = world_.timeline.now() + call().time_allowed;
  event.content_bytes = kRequestBytes;
  if (!item.token.empty() && !fanout::Resume(item.token, event)) {
    world_.ledger.Violated(Invariant::kTrueOutcome,
                           absl::StrCat("a token of event ", item.event, " is refused"));
  }
  return event;
}

void Caller::Publish(const ItemPtr& item) {
  item->keyed = call().kind == CallPlan::Kind::kKeyed || call().twins;
  // The call may have ended, and the next one begun, when the first one was published.
  const int replica = call().replica;
  const bool twins = call().twins && item == items_.front();
  const bool joined = call().kind == CallPlan::Kind::kKeyed && call().joined;
  item->open = twins || joined ? 2 : 1;
  if (twins) Publish(item, replica, /*lane=*/0);
  Publish(item, replica, item->lane);
  if (joined) Publish(item, replica, item->lane);
}

void Caller::Publish(const ItemPtr& item, int number, std::uint64_t lane) {
  Replica& replica = *world_.replicas[static_cast<std::size_t>(number)];
  fanout::Event event = MakeEvent(*item);
  event.lane = lane;
  world_.trace.Add("caller ", number_, " calls replica ", number, ": event ", item->event,
                   item->keyed ? ", keyed" : "", item->token.empty() ? "" : ", with a token",
                   ", lane ", lane, ", users ", absl::StrJoin(item->plan->users, " "));
  const int made = world_.ledger.CallMade(item->event, number, lane == item->lane, event.deadline);
  const int open = replica.CallOpened();
  const auto given_up = std::make_shared<bool>(false);
  const auto end = [this, item, made, open, given_up,
                    &replica](const fanout::EventPublisher::Result& result) {
    replica.CallClosed(open);
    if (const auto* answer = std::get_if<fanout::CallResult>(&result)) {
      Answered(*item, made, *answer, /*heard=*/!*given_up);
    } else {
      world_.ledger.CallRefused(made);
    }
    // Not from here: it may be called before this function returns.
    world_.timeline.After(Duration(1000), [this, item] { Ended(item); });
  };
  if (replica.draining()) return end(fanout::Refusal::kUnreachable);
  fanout::EventPublisher& publisher = replica.publisher();
  const auto published = publisher.Publish(std::move(event), end);
  const std::weak_ptr<fanout::PublishedEvent> weak = published;
  const auto stop = [&publisher, weak] { publisher.Stop(weak.lock()); };
  replica.CallStoppable(open, stop);
  if (!call().cancel_after.has_value()) return;
  world_.timeline.After(*call().cancel_after, [stop, given_up] {
    *given_up = true;
    stop();
  });
}

void Caller::Answered(Item& item, int made, const fanout::CallResult& answer, bool heard) {
  const bool ok = answer.summary.failure == fanout::Failure::kNone;
  world_.trace.Add("event ", item.event, " is answered: ", answer.summary.acknowledged_count,
                   " acknowledged", ok ? ", OK" : "", heard ? "" : ", which nobody hears");
  item.ok = item.ok || ok;
  world_.ledger.CallAnswered(made, OutcomesOf(answer), heard);
  if (heard && !ok) item.token = std::string(answer.resume_token);
}

void Caller::Ended(const ItemPtr& item) {
  if (--item->open > 0) return;
  if (item->keyed && item->lane == 0 && !item->ok && item->repeats < call().repeats) {
    ++item->repeats;
    item->open = 1;
    // Whichever takes it.
    const std::uint64_t draw = Mix(static_cast<std::uint64_t>(item->event) * 8 +
                                   static_cast<std::uint64_t>(item->repeats));
    const int replica = static_cast<int>(draw % world_.replicas.size());
    world_.timeline.After(kRepeatPause,
                          [this, item, replica] { Publish(item, replica, /*lane=*/0); });
    return;
  }
  ItemEnded();
}

void Caller::ItemEnded() {
  if (--open_items_ > 0) return;
  ++next_;
  WaitForNext();
}

}  // namespace dino::simulator
