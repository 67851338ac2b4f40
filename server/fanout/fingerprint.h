#ifndef DINO_SERVER_FANOUT_FINGERPRINT_H_
#define DINO_SERVER_FANOUT_FINGERPRINT_H_

#include "server/base/digest.h"
#include "server/fanout/event.h"

namespace dino::fanout {

using Fingerprint = Sha256Digest;

// Tells events under the same idempotency key apart: the SHA-256 of its type, its JSON with all
// overlays, its recipients in their order, and its QoS, because an event that was only written to a
// socket does not complete a call that asks for an acknowledgement. The other options may differ
// between repeated calls. Thread-safe; the same only within one process.
Fingerprint FingerprintOf(const Event& event);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_FINGERPRINT_H_
