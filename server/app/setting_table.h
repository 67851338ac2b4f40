#ifndef DINO_SERVER_APP_SETTING_TABLE_H_
#define DINO_SERVER_APP_SETTING_TABLE_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/app/value_rule.h"

namespace dino::app {

// A setting, with its default, help text and rule.
struct Setting {
  // The flag's name without `--`.
  std::string_view name;
  std::string_view default_text;
  // The help text: one or more sentences.
  std::string_view purpose;
  ValueRule rule;
};

// Where to listen, and who may call: the first of them.
std::vector<Setting> ListenerSettings();

// All settings, in the order of `--help`.
const std::vector<Setting>& SettingTable();

// The setting of that name.
//
// REQUIRES: it exists.
const Setting& SettingOf(std::string_view name);

// The default of `max-pending-bytes` under a memory limit, if there is one.
std::size_t DefaultPendingBytes(std::optional<std::size_t> memory_limit);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SETTING_TABLE_H_
