#ifndef DINO_TESTS_SIMULATOR_LEDGER_VIOLATION_H_
#define DINO_TESTS_SIMULATOR_LEDGER_VIOLATION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dino::simulator {

// What must hold, whatever happens.
enum class Invariant : std::uint8_t {
  kSettledOnce,     // Each publication is settled once, and each call answered once.
  kTrueOutcome,     // What a recipient is reported as is what brokers saw.
  kInOrder,         // A user's events arrive in the order of their calls.
  kOneInFlight,     // A replica has at most one publication for a user under way.
  kNoNeedlessCopy,  // A publication is sent again only after a loss or an answer that may pass.
  kInTime,          // Nothing is sent after its deadline or stop, and calls end in time.
  kNobodyWaits,     // Who has no trouble of its own is served soon, and everybody once all is well.
  kInnocent,        // Nobody is REJECTED for what another publication did.
  kQuarantine,      // Who makes brokers end connections is found out, and costs the others nothing.
  kBooksBalance,    // What was admitted has ended, and is counted as what it ended as.
  kProtocol,        // What the bridge sends obeys MQTT v5 and the broker's limits.
  kNoSpinning,      // A loop that has nothing to do rests.
  kAlive,           // The process neither ends nor hangs.
};

inline constexpr std::array<absl::string_view, 13> kInvariantNames = {
    "settled-once", "true-outcome", "in-order", "one-in-flight", "no-needless-copy",
    "in-time",      "nobody-waits", "innocent", "quarantine",    "books-balance",
    "protocol",     "no-spinning",  "alive"};

inline absl::string_view NameOf(Invariant invariant) {
  return kInvariantNames.at(static_cast<std::size_t>(invariant));
}

struct Violation {
  Invariant invariant{};
  std::string text;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_VIOLATION_H_
