#ifndef DINO_SERVER_APP_SETTING_TABLE_H_
#define DINO_SERVER_APP_SETTING_TABLE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/app/value_rule.h"

namespace dino::app {

// One setting: all that is known of it.
struct Setting {
  // The flag's name without `--`.
  std::string_view name;
  std::string_view default_text;
  // What it is for: one or more sentences.
  std::string_view purpose;
  ValueRule rule;
};

// All settings, in the order of `--help`.
const std::vector<Setting>& SettingTable();

// The setting of that name.
//
// REQUIRES: there is one.
const Setting& SettingOf(std::string_view name);

// The default of `max-pending-bytes` in a process that may have so much memory; none: any.
std::size_t DefaultPendingBytes(std::optional<std::size_t> memory_limit);

// The environment variable of a setting: `DINO_LOG_LEVEL` for `log-level`.
std::string EnvironmentName(std::string_view name);

// The names among `variables` (`NAME=value`, null at the end) that look like a setting's and are
// none. Those that Kubernetes makes for a service called dino are not counted.
std::vector<std::string> UnknownVariables(const char* const* variables);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SETTING_TABLE_H_
