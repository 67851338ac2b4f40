#ifndef DINO_TESTS_SOAK_FAULT_INJECTOR_H_
#define DINO_TESTS_SOAK_FAULT_INJECTOR_H_

#include "tests/soak/rig.h"
#include "tests/soak/schedule.h"
#include "tests/support/process/patience.h"

namespace dino::soak {

// Injects a fault, waits for its duration, and heals it. Returns the time when it was healed: when
// the network passed everything and the broker accepted connections.
//
// A broker that is killed forgets what it acknowledged and has not delivered, which is no
// loss of the bridge's. So from shortly before the kill the bridge gets no acknowledgements any
// more, and the broker is killed once the witness has everything that was acknowledged before
// that: the bridge sees a broker that dies in mid fan-out, and every acknowledgement that it
// has seen still counts.
testing::Clock::time_point Inject(const Fault& fault, Rig& rig);

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_FAULT_INJECTOR_H_
