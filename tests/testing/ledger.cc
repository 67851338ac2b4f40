#include "tests/testing/ledger.h"

#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"

namespace dino::testing {
namespace {

constexpr std::size_t kMostExamples = 20;

std::uint64_t HashOf(std::string_view event_id) {
  return event_id.empty() ? 0 : std::hash<std::string_view>()(event_id) | 1U;
}

}  // namespace

// Holds one user's copies against the calls of its caller.
class Ledger::UserCheck {
 public:
  UserCheck(std::int64_t user, const std::vector<Call>& calls, Findings& findings)
      : user_(user), calls_(calls), findings_(findings), first_ids_(calls.size()) {}

  void See(const Copy& copy) {
    std::optional<std::uint64_t>& first_id = first_ids_[copy.number];
    const Call& call = calls_[copy.number];
    if (call.answer == Answer::kRefused) Add(findings_.unasked, copy.number, "was refused");
    const std::uint64_t expected = first_id.value_or(call.event_id);
    if (expected != 0 && copy.event_id != expected) {
      Add(findings_.changed_ids, copy.number, "has another event id");
    }
    if (first_id) {
      if (!copy.sent_again) ++duplicates_;
      return;
    }
    first_id = copy.event_id;
    SeeFirst(copy.number);
  }

  void Finish(std::size_t lost_connections) {
    for (std::uint32_t number = 0; number < calls_.size(); ++number) {
      if (calls_[number].answer != Answer::kOk || first_ids_[number]) continue;
      Add(findings_.missing, number, "is missing");
    }
    findings_.duplicates += duplicates_;
    if (duplicates_ <= lost_connections) return;
    findings_.excess_duplicates += duplicates_ - lost_connections;
    Explain(absl::StrCat(duplicates_, " duplicates, ", lost_connections, " allowed"));
  }

 private:
  void SeeFirst(std::uint32_t number) {
    if (number >= expected_) {
      expected_ = number + 1;
    } else if (calls_[number].ended && calls_[number].answer == Answer::kUnheard) {
      ++findings_.late_copies;
    } else {
      Add(findings_.order_breaks, number, absl::StrCat("comes after ", expected_ - 1));
    }
  }

  void Add(std::size_t& count, std::uint32_t number, const std::string& what) {
    ++count;
    Explain(absl::StrCat("event ", number, " ", what));
  }

  void Explain(const std::string& what) {
    if (findings_.examples.size() >= kMostExamples) return;
    findings_.examples.push_back(absl::StrCat("user ", user_, ": ", what));
  }

  const std::int64_t user_;
  const std::vector<Call>& calls_;
  Findings& findings_;
  // By call: the event id of the first copy.
  std::vector<std::optional<std::uint64_t>> first_ids_;
  // One more than the number of the latest call that was seen.
  std::uint32_t expected_ = 0;
  std::size_t duplicates_ = 0;
};

std::size_t Ledger::AddCaller(std::int64_t first_user, std::size_t user_count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Caller& caller = callers_.emplace_back();
  caller.first_user = first_user;
  caller.users.resize(user_count);
  return callers_.size() - 1;
}

std::uint32_t Ledger::Begin(std::size_t caller) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Call>& calls = callers_.at(caller).calls;
  calls.emplace_back();
  return static_cast<std::uint32_t>(calls.size() - 1);
}

void Ledger::End(std::size_t caller, Answer answer, Clock::duration elapsed,
                 Clock::duration deadline, std::string_view event_id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Caller& of = callers_.at(caller);
  of.calls.back() = {answer, true, elapsed > deadline + kTolerance, HashOf(event_id)};
  if (answer != Answer::kOk) return;
  ++of.successes;
  acknowledged_ += of.users.size();
}

void Ledger::Received(std::int64_t user, std::size_t caller, std::uint32_t number,
                      std::string_view event_id, bool sent_again) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (caller < callers_.size() && number < callers_[caller].calls.size()) {
    Caller& of = callers_[caller];
    const std::int64_t place = user - of.first_user;
    if (place >= 0 && place < static_cast<std::int64_t>(of.users.size())) {
      of.users[static_cast<std::size_t>(place)].copies.push_back(
          {number, sent_again, HashOf(event_id)});
      return;
    }
  }
  ++strangers_;
}

Findings Ledger::Check(std::size_t lost_connections) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Findings findings;
  findings.acknowledged = acknowledged_;
  findings.unasked = strangers_;
  if (strangers_ > 0) {
    findings.examples.push_back(absl::StrCat(strangers_, " events that nobody published"));
  }
  for (const Caller& caller : callers_) {
    findings.calls += caller.calls.size();
    for (const Call& call : caller.calls) {
      if (call.late || !call.ended) ++findings.late_answers;
    }
    std::int64_t id = caller.first_user;
    for (const User& user : caller.users) {
      UserCheck check(id++, caller.calls, findings);
      for (const Copy& copy : user.copies) check.See(copy);
      check.Finish(lost_connections);
    }
  }
  return findings;
}

std::size_t Ledger::acknowledged() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return acknowledged_;
}

std::size_t Ledger::successes(std::size_t caller) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return callers_.at(caller).successes;
}

}  // namespace dino::testing
