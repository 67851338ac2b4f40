#include "tests/system/broker_suite/others.h"

#include <chrono>

namespace dino::broker_suite {
namespace {

constexpr std::chrono::seconds kPatienceOfOthers{60};

}  // namespace

soak::LoadOptions Others() {
  soak::LoadOptions load;
  load.manners = {soak::Manner::kPlain};
  load.large_group = 50;
  load.pause = std::chrono::milliseconds(10);
  return load;
}

void AwaitOthers(soak::Load& load, Part& part) {
  part.Expect(load.WaitForRecovery(testing::Clock::now(), kPatienceOfOthers).has_value(),
              "others are not answered OK");
}

}  // namespace dino::broker_suite
