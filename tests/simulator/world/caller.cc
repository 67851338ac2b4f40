#include "tests/simulator/world/caller.h"

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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
  event.event_id = absl::StrCat("event-", item.event);
  event.json = JsonOf(item.event, item.plan->padding);
  event.recipients = fanout::Recipients(item.plan->users);
  event.qos = call().qos == 0 ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
  event.accepted_at = world_.timeline.now();
  event.deadline = world_.timeline.now() + call().time_allowed;
  event.lane = item.lane;
  return event;
}

void Caller::Publish(const ItemPtr& item) {
  if (call().kind == CallPlan::Kind::kKeyed) {
    item->key = absl::StrCat("key-", item->event);
    const int second = call().joined ? 1 : 0;
    item->open = 1 + second;
    const int replica = call().replica;
    PublishKeyed(item, replica);
    if (second != 0) PublishKeyed(item, replica);
    return;
  }
  item->open = 1;
  Replica& replica = *world_.replicas[static_cast<std::size_t>(call().replica)];
  fanout::Event event = MakeEvent(*item);
  world_.trace.Add("caller ", number_, " calls replica ", call().replica, ": event ", item->event,
                   ", lane ", item->lane, ", users ", absl::StrJoin(item->plan->users, " "));
  const int number = world_.ledger.CallMade(item->event, call().replica, false, event.deadline);
  const auto refuse = [this, item, number] {
    world_.ledger.CallRefused(number);
    world_.timeline.After(Duration(1000), [this, item] { Ended(item); });
  };
  if (replica.draining()) return refuse();
  auto admitted = replica.fanout().Admit(item->plan->users.size(), kRequestBytes);
  if (std::holds_alternative<fanout::Refusal>(admitted)) return refuse();
  const int open = replica.CallOpened();
  const auto batch = replica.fanout().Publish(
      std::get<fanout::Admission::Ticket>(std::move(admitted)), std::move(event),
      [this, item, number, open, &replica](const fanout::EventBatch& ended) {
        replica.CallClosed(open);
        world_.trace.Add("event ", item->event,
                         " is answered: ", ended.Summary().acknowledged_count, " acknowledged");
        world_.ledger.CallAnswered(number, OutcomesOf(ended.Result()));
        Ended(item);
      });
  MayStop(replica, open,
          [&fanout = replica.fanout(), weak = std::weak_ptr<fanout::EventBatch>(batch)] {
            if (const auto ended = weak.lock()) fanout.Stop(ended);
          });
}

void Caller::PublishKeyed(const ItemPtr& item, int number) {
  Replica& replica = *world_.replicas[static_cast<std::size_t>(number)];
  fanout::Event event = MakeEvent(*item);
  world_.trace.Add("caller ", number_, " calls replica ", number, " with a key: event ",
                   item->event, ", users ", absl::StrJoin(item->plan->users, " "));
  const int made = world_.ledger.CallMade(item->event, number, true, event.deadline);
  const int open = replica.CallOpened();
  const auto end = [this, item, made, open, &replica](const fanout::KeyedResult& result) {
    replica.CallClosed(open);
    if (const auto* answer = std::get_if<fanout::CallResult>(&result)) {
      const bool ok = answer->summary.failure == fanout::Failure::kNone;
      world_.trace.Add("event ", item->event, " is answered: ", answer->summary.acknowledged_count,
                       " acknowledged", ok ? ", OK" : "");
      item->ok = item->ok || ok;
      world_.ledger.CallAnswered(made, OutcomesOf(*answer));
    } else {
      world_.ledger.CallRefused(made);
    }
    // Not from here: it may be called before this function returns.
    world_.timeline.After(Duration(1000), [this, item] { Ended(item); });
  };
  if (replica.draining()) return end(fanout::Refusal::kUnreachable);
  fanout::KeyedCalls& calls = replica.fanout().keyed_calls();
  const auto call = calls.Publish(item->key, std::move(event), kRequestBytes, end);
  MayStop(replica, open, [&calls, call] { calls.Stop(call); });
}

void Caller::MayStop(Replica& replica, int open, const std::function<void()>& stop) {
  replica.CallStoppable(open, stop);
  if (call().cancel_after.has_value()) world_.timeline.After(*call().cancel_after, stop);
}

void Caller::Ended(const ItemPtr& item) {
  if (--item->open > 0) return;
  if (!item->key.empty() && !item->ok && item->repeats < call().repeats) {
    ++item->repeats;
    item->open = 1;
    const int replicas = static_cast<int>(world_.replicas.size());
    // Mostly the same one, which knows the key.
    const int replica = (call().replica + item->repeats / 3) % replicas;
    world_.timeline.After(kRepeatPause, [this, item, replica] { PublishKeyed(item, replica); });
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
