#include "tests/simulator/ledger/ledger.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace dino::simulator {
namespace {

constexpr absl::string_view kJsonHead = "{\"event\":";
constexpr absl::string_view kTopicHead = "dms/sim/";

std::string Hex(std::uint8_t code) { return absl::StrCat("0x", absl::Hex(code, absl::kZeroPad2)); }

}  // namespace

std::optional<int> EventOf(const std::string& json) {
  absl::string_view text = json;
  int event = 0;
  if (!absl::ConsumePrefix(&text, kJsonHead) || !absl::ConsumeSuffix(&text, "}") ||
      !absl::SimpleAtoi(text.substr(0, text.find(',')), &event)) {
    return std::nullopt;
  }
  return event;
}

std::string JsonOf(int event, std::size_t padding) {
  if (padding == 0) return absl::StrCat(kJsonHead, event, "}");
  return absl::StrCat(kJsonHead, event, R"(,"padding":")", std::string(padding, '.'), R"("})");
}

std::optional<UserId> UserOf(const std::string& topic) {
  absl::string_view text = topic;
  UserId user = 0;
  if (!absl::ConsumePrefix(&text, kTopicHead) || !absl::SimpleAtoi(text, &user)) {
    return std::nullopt;
  }
  return user;
}

std::string Ledger::Name(int event, UserId user) const {
  return absl::StrCat("event ", event, " for user ", user);
}

void Ledger::Violated(Invariant invariant, const std::string& text) {
  if (violation_.has_value()) return;
  trace_.Add("VIOLATED ", NameOf(invariant), ": ", text);
  trace_.End();
  violation_ = Violation{invariant, text};
}

int Ledger::NewEvent(std::uint64_t lane, int place_in_lane) {
  events_.push_back({lane, place_in_lane, false, {}, {}, {}, {}});
  return static_cast<int>(events_.size()) - 1;
}

int Ledger::CallMade(int event, int replica, bool in_lane, Time deadline) {
  const int call = static_cast<int>(calls_.size());
  calls_.push_back({event, replica, in_lane, timeline_.now(), deadline, std::nullopt});
  events_[event].calls.push_back(call);
  return call;
}

void Ledger::CallRefused(int call) {
  if (calls_[call].in_lane) events_[calls_[call].event].left_lane = true;
  CallAnswered(call, {}, /*heard=*/true);
}

void Ledger::CallAnswered(int call, const std::vector<std::pair<UserId, Reported>>& outcomes,
                          bool heard) {
  CallRecord& record = calls_[call];
  const Time now = timeline_.now();
  if (record.answered_at.has_value()) {
    Violated(Invariant::kSettledOnce,
             absl::StrCat("a call of event ", record.event, " was answered twice"));
  }
  record.answered_at = now;
  if (now > record.deadline + slack_) {
    Violated(Invariant::kInTime,
             absl::StrCat("a call of event ", record.event, " was answered after its deadline"));
  }
  EventRecord& event = events_[record.event];
  for (const auto& [user, reported] : outcomes) {
    const bool acknowledged =
        reported == Reported::kAcknowledged || reported == Reported::kNoSubscriber;
    if (!acknowledged && record.in_lane) event.left_lane = true;
    if (!acknowledged) continue;
    if (!AnyAcknowledged(event, user)) {
      Violated(Invariant::kTrueOutcome,
               absl::StrCat("OK without an acknowledgement of ", Name(record.event, user)));
    }
    if (heard) event.named.emplace(user, now);
  }
}

bool Ledger::AnyAcknowledged(const EventRecord& event, UserId user) {
  // Perhaps at another replica, which an earlier answer told the caller.
  return std::any_of(event.copies.begin(), event.copies.end(), [user](const auto& entry) {
    const auto& [to, copies] = entry;
    return to.second == user && std::any_of(copies.begin(), copies.end(),
                                            [](const Copy& copy) { return copy.acknowledged(); });
  });
}

int Ledger::BatchBegan(int event, int replica, int qos, Time deadline,
                       const std::vector<UserId>& users) {
  const int number = static_cast<int>(batches_.size());
  BatchRecord batch{event, replica, qos, timeline_.now(), deadline, std::nullopt, false, {}};
  for (const UserId user : users) batch.recipients[user];
  batches_.push_back(std::move(batch));
  const auto [latest, is_first] = latest_batch_.emplace(std::pair(replica, event), number);
  if (!is_first && !batches_[latest->second].ended) {
    Violated(Invariant::kNoNeedlessCopy,
             absl::StrCat("event ", event, " is published twice at a time"));
  }
  latest->second = number;
  ++open_batches_;
  return number;
}

void Ledger::StopAsked(int batch) {
  if (!batches_[batch].stop_at.has_value()) batches_[batch].stop_at = timeline_.now();
}

void Ledger::BatchEnded(int batch) {
  BatchRecord& record = batches_[batch];
  if (record.ended) Violated(Invariant::kSettledOnce, "a batch ended twice");
  record.ended = true;
  --open_batches_;
  for (const auto& [user, recipient] : record.recipients) {
    if (recipient.settled) continue;
    Violated(Invariant::kSettledOnce,
             absl::StrCat("a batch ended without ", Name(record.event, user)));
  }
}

int Ledger::ConnectionOpened(int replica, const std::string& endpoint) {
  ConnectionRecord& wire = connections_.emplace_back();
  wire.replica = replica;
  wire.endpoint = endpoint;
  return static_cast<int>(connections_.size()) - 1;
}

void Ledger::Sent(int connection, const Publish& publish, bool waited) {
  ConnectionRecord& wire = connections_[connection];
  const std::optional<int> event = EventOf(publish.payload);
  const std::optional<UserId> user = UserOf(publish.topic);
  if (!event.has_value() || !user.has_value() || publish.retain || publish.expiry == 0) {
    return Violated(Invariant::kProtocol, "a PUBLISH that is not ours: " + publish.topic);
  }
  const std::string what = Name(*event, *user);
  trace_.Add("replica ", wire.replica, " sends ", what, " to ", wire.endpoint, " (connection ",
             connection, ", id ", publish.packet_id, ")");
  const auto latest = latest_batch_.find({wire.replica, *event});
  if (latest == latest_batch_.end()) {
    return Violated(Invariant::kTrueOutcome, "sent by a replica that was not asked: " + what);
  }
  CheckSending(wire, batches_[latest->second], *user, what, waited);
  wire.users.insert(*user);
  std::vector<Copy>& copies = events_[*event].copies[{wire.replica, *user}];
  CheckCopies(copies, latest->second, *user, what);
  CheckNamed(events_[*event], batches_[latest->second], *user, what);
  Copy copy{latest->second, connection, timeline_.now(), waited, Copy::State::kOpen, 0};
  if (publish.qos == 0) {
    copy.state = Copy::State::kWritten;
    wire.written[*user] = timeline_.now();
  }
  copies.push_back(copy);
  if (publish.qos == 0) return;
  if (!wire.open
           .emplace(publish.packet_id, ConnectionRecord::Sent{*event, *user, copies.size() - 1})
           .second) {
    Violated(Invariant::kProtocol, "a packet identifier is in use twice");
  }
  under_way_[{wire.replica, *user}].emplace_back(connection, *event);
}

void Ledger::CheckSending(const ConnectionRecord& connection, const BatchRecord& batch, UserId user,
                          const std::string& what, bool waited) {
  const auto recipient = batch.recipients.find(user);
  if (recipient == batch.recipients.end()) {
    return Violated(Invariant::kTrueOutcome, "sent to who is no recipient: " + what);
  }
  const Time now = timeline_.now();
  // What waited for room was sent, as far as the bridge can tell, when that came to an end.
  if (!waited && recipient->second.settled) {
    Violated(Invariant::kInTime, "sent after it was settled: " + what);
  }
  if (!waited && now >= batch.deadline) {
    Violated(Invariant::kInTime, "sent after its deadline: " + what);
  }
  if (!waited && batch.stop_at.has_value() && now > *batch.stop_at + slack_) {
    Violated(Invariant::kInTime, "sent after its stop: " + what);
  }
  for (const auto& [other, event] : under_way_[{connection.replica, user}]) {
    Violated(Invariant::kOneInFlight,
             absl::StrCat("sent while ", Name(event, user), " is under way on connection ", other,
                          ": ", what));
  }
}

void Ledger::CheckCopies(const std::vector<Copy>& copies, int batch, UserId user,
                         const std::string& what) {
  for (const Copy& copy : copies) {
    if (!copy.acknowledged() || copy.waited) continue;
    // It has forgotten what it did in its life before.
    if (batches_[copy.batch].replica == restarted_ && copy.sent_at < restarted_at_) continue;
    // A call that gave up before the answer may be repeated.
    const bool known =
        copy.batch == batch || batches_[copy.batch].recipients.find(user)->second.acknowledged;
    if (!known) continue;
    return Violated(Invariant::kNoNeedlessCopy, "sent again after its acknowledgement: " + what);
  }
}

void Ledger::CheckNamed(const EventRecord& event, const BatchRecord& batch, UserId user,
                        const std::string& what) {
  const auto named = event.named.find(user);
  if (named == event.named.end() || named->second >= batch.began_at) return;
  Violated(Invariant::kNoNeedlessCopy,
           "sent again though its caller had been told of its acknowledgement: " + what);
}

void Ledger::AnswerRead(int connection, const PubAck& answer) {
  ConnectionRecord& wire = connections_[connection];
  const auto sent = wire.open.find(answer.packet_id);
  if (sent == wire.open.end()) return;
  const auto [event, user, place] = sent->second;
  wire.open.erase(sent);
  Copy& copy = events_[event].copies[{wire.replica, user}][place];
  copy.state = Copy::State::kAnswered;
  copy.code = answer.reason_code;
  trace_.Add("replica ", wire.replica, " reads ", Hex(answer.reason_code), " for ",
             Name(event, user), " (connection ", connection, ")");
  auto& others = under_way_[{wire.replica, user}];
  others.erase(std::remove(others.begin(), others.end(), std::pair(connection, event)),
               others.end());
  if (answer.reason_code < 0x80) return;
  weather_.TroubleOf(user);
  wire.refused = user;
  wire.refused_at = timeline_.now();
  HideKill(wire, user);
}

void Ledger::ConnectionClosed(int connection) {
  ConnectionRecord& wire = connections_[connection];
  wire.closed = true;
  trace_.Add("replica ", wire.replica, " closes connection ", connection, " to ", wire.endpoint);
  weather_.Lost(wire.replica, timeline_.now());
  for (const auto& [packet_id, sent] : wire.open) {
    events_[sent.event].copies[{wire.replica, sent.user}][sent.copy].state = Copy::State::kLost;
    auto& others = under_way_[{wire.replica, sent.user}];
    others.erase(std::remove(others.begin(), others.end(), std::pair(connection, sent.event)),
                 others.end());
  }
  wire.open.clear();
}

}  // namespace dino::simulator
