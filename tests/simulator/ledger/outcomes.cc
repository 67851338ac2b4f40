// What recipients are reported as, compared with what was sent and answered.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/ledger/ledger.h"

namespace dino::simulator {
namespace {

// A broker whose rules are not loaded yet says so of every topic: as good as not sent.
constexpr std::uint8_t kNotAuthorized = 0x87;
// What the bridge itself answers in the broker's name, from what it announced.
constexpr std::uint8_t kPacketTooLarge = 0x95;
constexpr std::uint8_t kQosNotSupported = 0x9B;

bool IsOk(Reported reported) {
  return reported == Reported::kAcknowledged || reported == Reported::kNoSubscriber;
}

}  // namespace

void Ledger::Settled(int batch, UserId user, Reported reported, std::uint8_t code) {
  BatchRecord& record = batches_[batch];
  const auto recipient = record.recipients.find(user);
  const std::string what = Name(record.event, user);
  if (recipient == record.recipients.end() || reported == Reported::kPending) {
    return Violated(Invariant::kTrueOutcome, "settled as nothing that can be: " + what);
  }
  if (recipient->second.settled || record.ended) {
    return Violated(Invariant::kSettledOnce, "settled twice: " + what);
  }
  if (timeline_.now() > record.deadline + slack_) {
    Violated(Invariant::kInTime, "settled after its deadline: " + what);
  }
  recipient->second.settled = true;
  recipient->second.acknowledged = IsOk(reported);
  recipient->second.unknown = reported == Reported::kUnknown;
  ++ended_as_[reported];
  if (IsOk(reported)) ++acknowledged_;
  CheckOutcome(batch, user, reported, code);
  CheckSoon(record, user, reported);
  CheckPoisoned(record, user, reported);
}

void Ledger::CheckOutcome(int batch, UserId user, Reported reported, std::uint8_t code) {
  const BatchRecord& record = batches_[batch];
  const std::string what = Name(record.event, user);
  // What an earlier call gave up in flight may have been written as late as during this one.
  const bool given_up =
      std::any_of(batches_.begin(), batches_.begin() + batch, [&](const auto& other) {
        const auto recipient = other.recipients.find(user);
        return other.event == record.event && other.replica == record.replica &&
               recipient != other.recipients.end() && recipient->second.unknown;
      });
  std::vector<Copy> copies;
  for (const Copy& copy : events_[record.event].copies[{record.replica, user}]) {
    const bool ours = !copy.waited || !given_up || reported != Reported::kNotSent;
    if (copy.batch == batch && ours) copies.push_back(copy);
  }
  const auto any = [&copies](auto condition) {
    return std::any_of(copies.begin(), copies.end(), condition);
  };
  switch (reported) {
    case Reported::kAcknowledged:
    case Reported::kNoSubscriber: {
      const bool nobody = reported == Reported::kNoSubscriber;
      if (!any([nobody](const Copy& copy) {
            return copy.acknowledged() && (copy.code == 0x10) == nobody;
          })) {
        Violated(Invariant::kTrueOutcome, "reported as acknowledged, but was not: " + what);
      }
      return;
    }
    case Reported::kRejected:
      return CheckRejected(record, copies, user, code);
    case Reported::kNotSent:
      if (any([](const Copy& copy) {
            return copy.state != Copy::State::kAnswered || copy.acknowledged();
          }) ||
          (!copies.empty() && copies.back().code != kNotAuthorized)) {
        Violated(Invariant::kTrueOutcome, "reported as not sent, but was: " + what);
      }
      return;
    case Reported::kUnknown:
      if (copies.empty() && weather_.always_room() &&
          weather_.Calm(record.replica, record.began_at)) {
        Violated(Invariant::kTrueOutcome,
                 "reported as sent without an answer, but was not sent: " + what);
      }
      return;
    case Reported::kPending:
      return;
  }
}

void Ledger::CheckRejected(const BatchRecord& batch, const std::vector<Copy>& copies, UserId user,
                           std::uint8_t code) {
  if (copies.empty() && (code == kPacketTooLarge || code == kQosNotSupported)) return;
  const bool refused = std::any_of(copies.begin(), copies.end(), [code](const Copy& copy) {
    return copy.state == Copy::State::kAnswered && copy.code >= 0x80 && copy.code == code;
  });
  // It was sent, and perhaps once more to a connection that ended before all of it was there.
  if (refused || (!copies.empty() && weather_.Poisonous(user))) return;
  if (code == 0 && weather_.LooksPoisonous()) return;
  // The rest of an event is given up at its second kill, unless some of it was acknowledged.
  const auto killers = killers_.find({batch.replica, batch.event});
  const bool borne = batch.qos > 0 && std::any_of(batch.recipients.begin(), batch.recipients.end(),
                                                  [](const auto& recipient) {
                                                    return recipient.second.acknowledged;
                                                  });
  if (!borne && killers != killers_.end() && killers->second.size() > 1) return;
  Violated(Invariant::kInnocent,
           absl::StrCat("reported as rejected with ", code,
                        ", but nobody refused it: ", Name(batch.event, user)));
}

void Ledger::CheckSoon(const BatchRecord& batch, UserId user, Reported reported) {
  if (batch.stop_at.has_value() || !weather_.Healthy(user)) return;
  const std::optional<Duration> longest = weather_.LongestWait(batch.replica, batch.began_at);
  const Duration waited = timeline_.now() - batch.began_at;
  if (!longest.has_value() || waited < *longest) return;
  Violated(
      Invariant::kNobodyWaits,
      absl::StrCat("waited ", absl::FormatDuration(absl::FromChrono(waited)),
                   " for the trouble of others and was ",
                   IsOk(reported) ? "acknowledged" : "given up", ": ", Name(batch.event, user)));
}

}  // namespace dino::simulator
