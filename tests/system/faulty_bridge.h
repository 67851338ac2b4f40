#ifndef DINO_TESTS_SYSTEM_FAULTY_BRIDGE_H_
#define DINO_TESTS_SYSTEM_FAULTY_BRIDGE_H_

#include <memory>
#include <string>

#include "tests/system/bridge_process.h"
#include "tests/system/steady_load.h"

namespace dino::testing {

// A bridge with a fault, and the alert that names it; none in good weather.
struct FaultyBridge {
  std::string name;
  std::string alert;
  std::string severity;
  std::unique_ptr<BridgeProcess> bridge;
  std::unique_ptr<SteadyLoad> load;

  // What its status page's banner says, as JSON.
  std::string Problems() const;
  // Whether the banner names the fault, or nothing in good weather.
  bool IsNamedInTheBanner() const;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_FAULTY_BRIDGE_H_
