#ifndef DINO_TESTS_SUPPORT_LEDGER_LEDGER_H_
#define DINO_TESTS_SUPPORT_LEDGER_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tests/support/process/patience.h"

namespace dino::testing {

// The result of a call, as far as it affects what a subscriber may receive.
enum class Answer {
  kOk,
  // The service refused it: it promises that this call published nothing.
  kRefused,
  // The service answered with another error: some recipients may have been published to.
  kFailed,
  // The caller stopped waiting, at its deadline or by cancelling, and got no answer.
  kUnheard,
};

// The outcome of one recipient in an answer.
enum class Fate { kAcknowledged, kNotSent, kUnknown };

// The end of a call.
struct CallEnd {
  Answer answer = Answer::kUnheard;
  // When it ended, and for how long it was allowed to last: until its deadline, or until the
  // caller cancelled it.
  Clock::time_point at;
  Clock::duration allowed{};
  // The answer's; empty if it names none.
  std::string event_id;
  // With `kFailed`, by recipient; empty if the answer does not say.
  std::vector<Fate> fates;
};

// What `Ledger` found. The first eight are figures, and break nothing.
struct Findings {
  std::size_t events = 0;
  std::size_t calls = 0;
  // Calls that repeated one, and the events answered OK by such a call.
  std::size_t repeated_calls = 0;
  std::size_t completed_by_repeat = 0;
  // Recipients of events answered OK.
  std::size_t acknowledged = 0;
  std::size_t duplicates = 0;
  // Those of them that repeated calls allow.
  std::size_t repeat_duplicates = 0;
  // First copies of an event of an unheard call behind those of a later event: allowed,
  // because the caller went on without an answer.
  std::size_t late_copies = 0;
  // How long after its time the latest call ended.
  Clock::duration most_late{};

  // Recipients that were acknowledged, by OK or by the answer of a failed call, and received
  // nothing.
  std::size_t missing = 0;
  // Those of them that the broker is known to have acknowledged: it lost them.
  std::size_t lost_by_broker = 0;
  std::size_t order_breaks = 0;
  // Calls that ended too late or never.
  std::size_t late_answers = 0;
  // Duplicates beyond a user's bound.
  std::size_t excess_duplicates = 0;
  // Copies of events that nobody published, that the answers call not sent, or for the user of
  // another caller.
  std::size_t unasked = 0;
  // Copies of an event whose event ID differs from the first copy's or the answer's; answers whose
  // event ID differs from the previous answer's.
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
// A caller publishes one event after the other, numbered from 0, each for all of its users; a
// user has one caller. So what one user receives must be in the order of the numbers. A call
// that did not end OK may be repeated with its key: both are calls of one event. The rules,
// for each user, once every copy after the first of an event is set aside:
//
// - An event was received if it was answered OK, or if an answer says that this user's copy
//   was acknowledged.
// - An event does not come behind a later one if its last call was answered, by OK or by an
//   error: the later event was begun after that. One whose last call was unheard may.
// - Other events may be missing. One must be whose calls were all refused, or of which all
//   answers say that nothing was sent to this user.
// - Each call makes at most one copy, and none if it was refused, if its answer says that
//   nothing was sent to this user, or if an earlier answer said that this user was
//   acknowledged. There may be one more for each connection to the broker that was lost and on
//   which this event was the last for this user: its acknowledgement may have been lost with it.
//   Copies that the broker itself marks as sent again (DUP) do not count.
// - A call ends at the latest one second after its deadline, or after it was cancelled.
// - All copies and all answers name one event id.
//
// Is told the time, and reads no clock. Thread-safe.
class Ledger {
 public:
  // How much later than its deadline a call may end.
  static constexpr std::chrono::seconds kTolerance{1};

  // Adds a caller of `user_count` users, `first_user` and those that follow it. Returns its
  // number, counted from 0.
  std::size_t AddCaller(std::int64_t first_user, std::size_t user_count);

  // The caller makes the call of its next event. Returns the event's number.
  std::uint32_t Begin(std::size_t caller, Clock::time_point now);
  // The caller repeats the call of its last event. Returns the event's number.
  //
  // REQUIRES: there is one, and its last call has ended, but not by OK.
  std::uint32_t Repeat(std::size_t caller, Clock::time_point now);
  // The caller's last call has ended.
  void End(std::size_t caller, const CallEnd& end);

  // The subscriber received, for `user`, that event of that caller.
  void Received(std::int64_t user, std::size_t caller, std::uint32_t number,
                std::string_view event_id, bool sent_again);

  // A connection of the bridge carried that event of that caller for `user` towards the broker.
  // No two connections of a run have one number.
  void Carried(std::uint64_t connection, std::int64_t user, std::size_t caller,
               std::uint32_t number);
  // That connection has ended.
  void Lost(std::uint64_t connection);

  // The broker was heard to acknowledge that event of that caller for `user`. Only tells who lost
  // what is missing.
  void BrokerAcknowledged(std::int64_t user, std::size_t caller, std::uint32_t number);

  // Compares.
  Findings Check() const;

  std::size_t acknowledged() const;
  // How many events of the caller were answered OK.
  std::size_t successes(std::size_t caller) const;

 private:
  struct Event {
    // Of the last call.
    Answer answer = Answer::kUnheard;
    bool ended = false;
    bool repeated = false;
    // Of the first call and the last.
    Clock::time_point began;
    Clock::time_point last_began;
    Clock::time_point ended_at;
    // A hash: millions of them must fit. 0 if no answer named one.
    std::uint64_t event_id = 0;
  };
  // What the calls of an event may have done to one recipient.
  struct Reach {
    // How many of them may have published.
    std::uint32_t publications = 0;
    bool acknowledged = false;
  };
  struct Copy {
    std::uint32_t number;
    bool sent_again;
    std::uint64_t event_id;
  };
  struct User {
    std::vector<Copy> copies;
    // Events by number.
    std::unordered_set<std::uint32_t> acknowledged_by_broker;
    // How many connections were lost on which an event was the last, by its number.
    std::unordered_map<std::uint32_t, std::size_t> losses;
  };
  struct Caller {
    std::int64_t first_user = 0;
    std::vector<Event> events;
    // By event, then by user; only of events with a call that was failed or unheard.
    std::unordered_map<std::uint32_t, std::vector<Reach>> reaches;
    std::vector<User> users;
    std::size_t successes = 0;
  };

  class UserCheck;

  static void AddReach(Caller& caller, const CallEnd& end);
  static Reach ReachOf(const Caller& caller, std::uint32_t number, std::size_t place);

  // Nothing if that caller has no such event or user.
  User* FindUser(std::int64_t user, std::size_t caller, std::uint32_t number);

  // An event, by its caller and number.
  struct EventPlace {
    std::size_t caller;
    std::uint32_t number;
  };
  // The last event of each user.
  using LastEvents = std::unordered_map<std::int64_t, EventPlace>;

  mutable std::mutex mutex_;
  // All protected by `mutex_`.
  std::vector<Caller> callers_;
  // By connection, of those that have not ended.
  std::unordered_map<std::uint64_t, LastEvents> carried_;
  // What is known without comparing.
  Findings counts_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_LEDGER_LEDGER_H_
