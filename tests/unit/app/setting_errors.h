#ifndef DINO_TESTS_UNIT_APP_SETTING_ERRORS_H_
#define DINO_TESTS_UNIT_APP_SETTING_ERRORS_H_

#include <string>
#include <variant>
#include <vector>

#include "server/app/settings.h"

namespace dino::app {

// The errors of these flags in an empty environment.
inline std::vector<std::string> ErrorsOf(const std::vector<std::string>& flags) {
  std::vector<const char*> arguments = {"dino-bridge"};
  for (const std::string& flag : flags) arguments.push_back(flag.c_str());
  const ParsedSettings parsed = ParseSettings(static_cast<int>(arguments.size()), arguments.data(),
                                              [](const char*) { return nullptr; });
  const auto* errors = std::get_if<SettingErrors>(&parsed);
  return errors == nullptr ? std::vector<std::string>{} : errors->lines;
}

}  // namespace dino::app

#endif  // DINO_TESTS_UNIT_APP_SETTING_ERRORS_H_
