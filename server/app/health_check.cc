#include "server/app/health_check.h"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "server/app/application.h"
#include "server/app/command_line.h"
#include "server/app/setting_table.h"
#include "server/app/setting_variables.h"
#include "server/ops/http_probe.h"

namespace dino::app {
namespace {

constexpr std::chrono::seconds kTimeout{3};
constexpr std::string_view kSetting = "ops-address";

int Fail(int status, const std::string& why, std::ostream& errors) {
  errors << "dino-bridge: " << why << "\n";
  return status;
}

// The only setting that matters here; the others are the server's and are not checked.
std::string OpsAddressText(const CommandLine& command_line, const Environment& environment) {
  const auto flag = command_line.values.find(kSetting);
  if (flag != command_line.values.end()) return flag->second;
  const char* const variable = environment(EnvironmentName(kSetting).c_str());
  return variable != nullptr ? variable : std::string(SettingOf(kSetting).default_text);
}

}  // namespace

int CheckHealth(const std::vector<std::string>& arguments, const Environment& environment,
                std::ostream& errors) {
  std::vector<const char*> flags{"dino-bridge"};
  bool ready = false;
  for (const std::string& argument : arguments) {
    if (argument == "--ready") {
      ready = true;
    } else {
      flags.push_back(argument.c_str());
    }
  }
  const CommandLine command_line = ReadCommandLine(static_cast<int>(flags.size()), flags.data());
  if (!command_line.errors.empty()) {
    return Fail(kExitBadSettings, command_line.errors.front(), errors);
  }
  Settings settings;
  const std::string text = OpsAddressText(command_line, environment);
  const std::string problem = SettingOf(kSetting).rule.read(text, settings);
  if (!problem.empty()) return Fail(kExitBadSettings, "--ops-address: " + problem, errors);
  if (!settings.ops_address.has_value()) {
    return Fail(1, "ops-address is empty: there is no server to ask", errors);
  }
  const absl::Status health = ops::ProbeHttp(settings.ops_address->host, settings.ops_address->port,
                                             ready ? "/readyz" : "/livez", kTimeout);
  if (health.ok()) return 0;
  return Fail(1, settings.ops_address->ToString() + ": " + std::string(health.message()), errors);
}

}  // namespace dino::app
