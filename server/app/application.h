#ifndef DINO_SERVER_APP_APPLICATION_H_
#define DINO_SERVER_APP_APPLICATION_H_

#include <functional>

#include "server/app/settings.h"

namespace dino::app {

// The exit status for bad settings.
inline constexpr int kExitBadSettings = 2;

// Runs the bridge: wires its parts, serves until `wait_for_stop` returns, then drains. Returns the
// process's exit status. Failure to open a port is logged.
int RunBridge(const Settings& settings, const std::function<void()>& wait_for_stop);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_APPLICATION_H_
