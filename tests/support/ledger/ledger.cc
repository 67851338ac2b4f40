#include "tests/support/ledger/ledger.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"

namespace dino::testing {
namespace {

constexpr std::size_t kMostExamples = 20;

std::uint64_t HashOf(std::string_view event_id) {
  return event_id.empty() ? 0 : std::hash<std::string_view>()(event_id) | 1U;
}

void Explain(Findings& findings, const std::string& what) {
  if (findings.examples.size() < kMostExamples) findings.examples.push_back(what);
}

}  // namespace

// Compares one user's copies with the events of its caller.
class Ledger::UserCheck {
 public:
  UserCheck(const Caller& caller, std::size_t place, Findings& findings)
      : caller_(caller), place_(place), findings_(findings), seen_(caller.events.size()) {}

  void See(const Copy& copy) {
    Seen& seen = seen_[copy.number];
    const Event& event = caller_.events[copy.number];
    if (ReachOf(caller_, copy.number, place_).publications == 0) {
      Add(findings_.unasked, copy.number, "was not sent");
    }
    const std::uint64_t expected = seen.copies > 0 ? seen.first_id : event.event_id;
    if (expected != 0 && copy.event_id != expected) {
      Add(findings_.changed_ids, copy.number, "has another event id");
    }
    if (seen.copies > 0) {
      if (!copy.sent_again) ++seen.copies;
      return;
    }
    seen = {copy.event_id, 1};
    SeeFirst(copy.number);
  }

  void Finish() {
    for (std::uint32_t number = 0; number < seen_.size(); ++number) {
      const std::size_t copies = seen_[number].copies;
      const Reach reach = ReachOf(caller_, number, place_);
      if (copies == 0) {
        if (reach.acknowledged) AddMissing(number);
        continue;
      }
      const std::size_t by_calls = std::clamp<std::size_t>(reach.publications, 1, copies);
      findings_.duplicates += copies - 1;
      findings_.repeat_duplicates += by_calls - 1;
      if (copies > by_calls) CheckBeyondCalls(number, copies - by_calls);
    }
  }

 private:
  // An event as the user received it.
  struct Seen {
    std::uint64_t first_id = 0;
    std::size_t copies = 0;
  };

  // Takes the copies of an event beyond those of its calls.
  void CheckBeyondCalls(std::uint32_t number, std::size_t copies) {
    const auto& losses = caller_.users[place_].losses;
    const auto found = losses.find(number);
    const std::size_t lost = found != losses.end() ? found->second : 0;
    if (copies <= lost) return;
    findings_.excess_duplicates += copies - lost;
    Tell(absl::StrCat("event ", number, " has ", copies, " duplicates beyond its calls by ", lost,
                      " lost connections"));
  }

  void AddMissing(std::uint32_t number) {
    const bool heard = caller_.users[place_].acknowledged_by_broker.count(number) > 0;
    if (heard) ++findings_.lost_by_broker;
    Add(findings_.missing, number, "is missing");
  }

  void SeeFirst(std::uint32_t number) {
    const Event& event = caller_.events[number];
    if (number >= expected_) {
      expected_ = number + 1;
    } else if (event.ended && event.answer == Answer::kUnheard) {
      ++findings_.late_copies;
    } else {
      Add(findings_.order_breaks, number, absl::StrCat("comes after ", expected_ - 1));
    }
  }

  void Add(std::size_t& count, std::uint32_t number, const std::string& what) {
    ++count;
    Tell(absl::StrCat("event ", number, " ", what));
  }

  void Tell(const std::string& what) {
    const std::int64_t user = caller_.first_user + static_cast<std::int64_t>(place_);
    Explain(findings_, absl::StrCat("user ", user, ": ", what));
  }

  const Caller& caller_;
  const std::size_t place_;
  Findings& findings_;
  std::vector<Seen> seen_;
  // One more than the highest event number received.
  std::uint32_t expected_ = 0;
};

std::size_t Ledger::AddCaller(std::int64_t first_user, std::size_t user_count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Caller& caller = callers_.emplace_back();
  caller.first_user = first_user;
  caller.users.resize(user_count);
  return callers_.size() - 1;
}

std::uint32_t Ledger::Begin(std::size_t caller, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++counts_.calls;
  ++counts_.events;
  std::vector<Event>& events = callers_.at(caller).events;
  Event& event = events.emplace_back();
  event.began = event.last_began = now;
  return static_cast<std::uint32_t>(events.size() - 1);
}

std::uint32_t Ledger::Repeat(std::size_t caller, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++counts_.calls;
  ++counts_.repeated_calls;
  std::vector<Event>& events = callers_.at(caller).events;
  events.back().ended = false;
  events.back().repeated = true;
  events.back().last_began = now;
  return static_cast<std::uint32_t>(events.size() - 1);
}

void Ledger::End(std::size_t caller, const CallEnd& end) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Caller& of = callers_.at(caller);
  Event& event = of.events.back();
  event.answer = end.answer;
  event.ended = true;
  event.ended_at = end.at;
  const Clock::duration late = end.at - event.last_began - end.allowed;
  counts_.most_late = std::max(counts_.most_late, late);
  if (late > kTolerance) ++counts_.late_answers;
  const std::uint64_t named = HashOf(end.event_id);
  if (named != 0 && event.event_id != 0 && named != event.event_id) {
    ++counts_.changed_ids;
    Explain(counts_, absl::StrCat("caller ", caller, ": an answer names another event id"));
  }
  if (named != 0) event.event_id = named;
  AddReach(of, end);
  if (end.answer != Answer::kOk) return;
  ++of.successes;
  counts_.acknowledged += of.users.size();
  if (event.repeated) ++counts_.completed_by_repeat;
}

void Ledger::AddReach(Caller& caller, const CallEnd& end) {
  const auto number = static_cast<std::uint32_t>(caller.events.size() - 1);
  const bool plain = end.answer == Answer::kOk || end.answer == Answer::kRefused;
  if (plain && caller.reaches.count(number) == 0) return;
  std::vector<Reach>& reaches = caller.reaches[number];
  reaches.resize(caller.users.size());
  if (end.answer == Answer::kRefused) return;
  for (std::size_t place = 0; place < reaches.size(); ++place) {
    Reach& reach = reaches[place];
    if (reach.acknowledged) continue;
    Fate fate = place < end.fates.size() ? end.fates[place] : Fate::kUnknown;
    if (end.answer == Answer::kOk) fate = Fate::kAcknowledged;
    if (fate != Fate::kNotSent) ++reach.publications;
    reach.acknowledged = fate == Fate::kAcknowledged;
  }
}

Ledger::Reach Ledger::ReachOf(const Caller& caller, std::uint32_t number, std::size_t place) {
  const auto found = caller.reaches.find(number);
  if (found != caller.reaches.end()) return found->second[place];
  const Event& event = caller.events[number];
  if (!event.ended) return {1, false};
  if (event.answer == Answer::kRefused) return {0, false};
  return {1, true};
}

void Ledger::Received(std::int64_t user, std::size_t caller, std::uint32_t number,
                      std::string_view event_id, bool sent_again) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (User* const found = FindUser(user, caller, number)) {
    found->copies.push_back({number, sent_again, HashOf(event_id)});
    return;
  }
  ++counts_.unasked;
  Explain(counts_, absl::StrCat("user ", user, ": an event that nobody published"));
}

void Ledger::Carried(std::uint64_t connection, std::int64_t user, std::size_t caller,
                     std::uint32_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (FindUser(user, caller, number) != nullptr) carried_[connection][user] = {caller, number};
}

void Ledger::Lost(std::uint64_t connection) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto lost = carried_.extract(connection);
  if (lost.empty()) return;
  for (const auto& [user, event] : lost.mapped()) {
    ++FindUser(user, event.caller, event.number)->losses[event.number];
  }
}

void Ledger::BrokerAcknowledged(std::int64_t user, std::size_t caller, std::uint32_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (User* const found = FindUser(user, caller, number)) {
    found->acknowledged_by_broker.insert(number);
  }
}

Ledger::User* Ledger::FindUser(std::int64_t user, std::size_t caller, std::uint32_t number) {
  if (caller >= callers_.size() || number >= callers_[caller].events.size()) return nullptr;
  Caller& of = callers_[caller];
  const std::int64_t place = user - of.first_user;
  if (place < 0 || place >= static_cast<std::int64_t>(of.users.size())) return nullptr;
  return &of.users[static_cast<std::size_t>(place)];
}

Findings Ledger::Check() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Findings findings = counts_;
  for (const Caller& caller : callers_) {
    if (!caller.events.empty() && !caller.events.back().ended) ++findings.late_answers;
    for (std::size_t place = 0; place < caller.users.size(); ++place) {
      UserCheck check(caller, place, findings);
      for (const Copy& copy : caller.users[place].copies) check.See(copy);
      check.Finish();
    }
  }
  return findings;
}

std::size_t Ledger::acknowledged() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_.acknowledged;
}

std::size_t Ledger::successes(std::size_t caller) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return callers_.at(caller).successes;
}

}  // namespace dino::testing
