#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

#include "server/app/application.h"
#include "server/app/hash_key.h"
#include "server/app/health_check.h"
#include "server/app/setting_variables.h"
#include "server/app/settings.h"

namespace {

// The signals that stop the process. Blocked before any thread starts, so that only the thread that
// waits for them gets them.
sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// The soft limit, often 1024, protects programs that use select(). If it cannot be raised, fewer
// connections are accepted.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Signals that come later stay blocked: the drain timeout bounds the time to the exit, and an
// impatient second signal must not cost calls that are about to finish.
void WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "hash-key") {
    return dino::app::HashKey({argv + 2, argv + argc}, std::cin, std::cout, std::cerr);
  }
  const dino::app::Environment environment = [](const char* name) {
    return static_cast<const char*>(std::getenv(name));  // NOLINT(concurrency-mt-unsafe)
  };
  if (argc > 1 && std::string_view(argv[1]) == "health") {
    // Does not wait for a name look-up that hangs.
    std::_Exit(dino::app::CheckHealth({argv + 2, argv + argc}, environment, std::cerr));
  }
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto parsed = dino::app::ParseSettings(argc, argv, environment);
  if (const auto* information = std::get_if<dino::app::Information>(&parsed)) {
    std::cout << information->text;
    return 0;
  }
  if (const auto* errors = std::get_if<dino::app::SettingErrors>(&parsed)) {
    for (const std::string& line : errors->lines) std::cerr << "dino-bridge: " << line << "\n";
    std::cerr << "dino-bridge: see --help\n";
    return dino::app::kExitBadSettings;
  }
  auto& settings = std::get<dino::app::Settings>(parsed);
  settings.unknown_variables = dino::app::UnknownVariables(environ);
  RaiseDescriptorLimit();
  return dino::app::RunBridge(settings, WaitForStopSignal);
}
