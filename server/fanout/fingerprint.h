#ifndef DINO_SERVER_FANOUT_FINGERPRINT_H_
#define DINO_SERVER_FANOUT_FINGERPRINT_H_

#include <cstdint>
#include <string_view>

#include "server/fanout/event.h"

namespace dino::fanout {

// Tells events with the same resume token apart: half of the SHA-256 of its type, its JSON with all
// overlays, the set of its recipients, and its QoS, because an event that was only written to a
// socket does not complete a call that asks for an acknowledgement. The other options may differ
// between repeated calls.
//
// The same in every process. Against mistakes, not against attackers.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Fingerprint& a, const Fingerprint& b) {
    return a.high == b.high && a.low == b.low;
  }
  friend bool operator!=(const Fingerprint& a, const Fingerprint& b) { return !(a == b); }
};

// `overlays` may be null.
Fingerprint FingerprintOf(mqtt::Qos qos, std::string_view type, std::string_view json,
                          const Recipients& recipients, const Overlays* overlays);
Fingerprint FingerprintOf(const Event& event);

// Tells events under the same idempotency key apart: a much cheaper hash of the same parts, which
// differs from process to process.
std::uint64_t LocalFingerprintOf(const Event& event);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_FINGERPRINT_H_
