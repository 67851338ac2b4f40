#ifndef DINO_TESTS_TESTING_LEDGER_H_
#define DINO_TESTS_TESTING_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/patience.h"

namespace dino::testing {

// How a call ended, as far as it matters to what a subscriber may receive.
enum class Answer {
  kOk,
  // The service refused it: it promises that nothing was published.
  kRefused,
  // The service answered with another error: some recipients may have been published to.
  kFailed,
  // The caller stopped waiting, by its deadline say, and never heard from the service.
  kUnheard,
};

// What `Ledger` found. All but the first four and `late_copies` break the contract.
struct Findings {
  std::size_t calls = 0;
  // Recipients of calls answered OK.
  std::size_t acknowledged = 0;
  std::size_t duplicates = 0;
  // First copies of an event of an unheard call behind those of a later call: allowed,
  // because the caller went on without an answer.
  std::size_t late_copies = 0;

  // Recipients of calls answered OK that received nothing.
  std::size_t missing = 0;
  std::size_t order_breaks = 0;
  // Calls that ended too late or never.
  std::size_t late_answers = 0;
  // Duplicates of a user beyond the bound.
  std::size_t excess_duplicates = 0;
  // Events that nobody published, or that the service refused, or for another's user.
  std::size_t unasked = 0;
  // Copies of one event with another event id than its first, or than the answer's.
  std::size_t changed_ids = 0;

  // The first few violations, for people.
  std::vector<std::string> examples;

  bool ok() const {
    return missing + order_breaks + late_answers + excess_duplicates + unasked + changed_ids == 0;
  }
};

// The books of a run: what was called and answered, and what a subscriber received. Compares
// both.
//
// A caller makes one call after the other, numbered from 0, each for all of its users; a user
// has one caller. So what one user receives must be in the order of the numbers. The rules,
// for each user, once every copy after the first of an event is set aside:
//
// - The event of a call answered OK was received.
// - An event does not come behind one of a later call if its own call was answered, by OK or
//   by an error: the later call was made after that. An event of an unheard call may.
// - An event of an unheard or failed call may be missing. One of a refused call must be.
// - There are at most as many copies set aside as the connections that were lost. Copies that
//   the broker itself marks as sent again (DUP) do not count.
// - A call ends at the latest one second after its deadline.
//
// Thread-safe.
class Ledger {
 public:
  // How much later than its deadline a call may end.
  static constexpr std::chrono::seconds kTolerance{1};

  // Adds a caller of `user_count` users, `first_user` and those that follow it. Returns its
  // number, counted from 0.
  std::size_t AddCaller(std::int64_t first_user, std::size_t user_count);

  // The caller makes its next call. Returns the call's number.
  std::uint32_t Begin(std::size_t caller);
  // The caller's last call has ended, so long after it began. `event_id` is the answer's, if
  // it was OK.
  void End(std::size_t caller, Answer answer, Clock::duration elapsed, Clock::duration deadline,
           std::string_view event_id);

  // The subscriber received, for `user`, the event that says to be of that call.
  void Received(std::int64_t user, std::size_t caller, std::uint32_t number,
                std::string_view event_id, bool sent_again);

  // Compares. `lost_connections` bounds the duplicates of a user.
  Findings Check(std::size_t lost_connections) const;

  std::size_t acknowledged() const;
  // How many calls of the caller were answered OK.
  std::size_t successes(std::size_t caller) const;

 private:
  struct Call {
    Answer answer = Answer::kUnheard;
    bool ended = false;
    bool late = false;
    // A hash: millions of them must fit. 0 if there is none.
    std::uint64_t event_id = 0;
  };
  struct Copy {
    std::uint32_t number;
    bool sent_again;
    std::uint64_t event_id;
  };
  struct User {
    std::vector<Copy> copies;
  };
  struct Caller {
    std::int64_t first_user = 0;
    std::vector<Call> calls;
    std::vector<User> users;
    std::size_t successes = 0;
  };

  class UserCheck;

  mutable std::mutex mutex_;
  // All protected by `mutex_`.
  std::vector<Caller> callers_;
  std::size_t acknowledged_ = 0;
  std::size_t strangers_ = 0;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_TESTING_LEDGER_H_
