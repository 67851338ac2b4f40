#ifndef DINO_SERVER_APP_SETTING_VARIABLES_H_
#define DINO_SERVER_APP_SETTING_VARIABLES_H_

#include <string>
#include <string_view>
#include <vector>

namespace dino::app {

// The environment variable of a setting: `DINO_LOG_LEVEL` for `log-level`.
std::string EnvironmentName(std::string_view name);

// The names in `variables` (`NAME=value`, null-terminated) that look like a setting's but are not.
// Skips those that Kubernetes sets for a service called dino.
std::vector<std::string> UnknownVariables(const char* const* variables);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SETTING_VARIABLES_H_
