#ifndef DINO_SERVER_FANOUT_CALL_RESULT_H_
#define DINO_SERVER_FANOUT_CALL_RESULT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "server/fanout/broker_share.h"
#include "server/fanout/recipients.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Why an event did not reach every recipient; if for several reasons, the one that the
// caller should act on first.
enum class Failure {
  kNone,
  kLimit,          // The broker has announced that it takes no such publication.
  kRefused,        // The broker answered with a failure code that a retry does not cure.
  kNotAuthorized,  // The broker's access rules forbid a topic.
  kBusy,           // The broker was busy or a quota was used up.
  kUnreachable,    // A session was not connected when time was up.
  kTimeUp,         // The deadline passed, or the call was stopped, before the last answer.
  kOverloaded,     // Too much was pending to go on with an event that earlier calls have begun.
};
inline constexpr std::size_t kFailures = static_cast<std::size_t>(Failure::kOverloaded) + 1;

// The result of a call in numbers.
struct ResultSummary {
  Failure failure = Failure::kNone;
  // How many recipients failed so in the last attempt, by `Failure`; all 0 if that is not known.
  std::array<std::uint32_t, kFailures> failed{};
  // The code behind the failure; 0 if there is none. It is the broker's, but with `kLimit` the one
  // that the broker would give.
  std::uint8_t reason_code = 0;
  // The Reason String that the broker gave with such a code, fit for a log; empty if it gave none.
  std::string reason_string;
  // With `kLimit`: the highest QoS, or the largest packet in bytes, that the broker takes, and what
  // a publication had.
  std::size_t limit = 0;
  std::size_t actual = 0;
  std::uint32_t acknowledged_count = 0;
  std::uint32_t no_subscriber_count = 0;
};

// The result of a call. Owns nothing: valid only while the function it is passed to runs.
struct CallResult {
  const std::string& event_id;
  // In the order of the request, or of one that published the same event.
  const Recipients& recipients;
  // The outcome of each recipient, in the same order, earlier attempts included.
  const std::vector<mqtt::PublicationOutcome>& outcomes;
  ResultSummary summary;
  // Nothing had to be published.
  bool replayed = false;
  // The summary is right, but who has no subscriber is not known any more.
  bool outcomes_forgotten = false;
  // With a failure: what a repeated call gives back to spare those who are acknowledged.
  std::string_view resume_token = {};
  // What each broker did in the last attempt, if the event's call is traced and published it
  // itself.
  absl::Span<const BrokerShare> shares = {};
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_CALL_RESULT_H_
