#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_OTHERS_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_OTHERS_H_

#include "tests/soak/load.h"
#include "tests/system/broker_suite/part.h"

namespace dino::broker_suite {

// Those who publish beside a caller whose events the broker does not take.
soak::LoadOptions Others();

// Waits until each of them was answered OK once more.
void AwaitOthers(soak::Load& load, Part& part);

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_OTHERS_H_
