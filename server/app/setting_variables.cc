#include "server/app/setting_variables.h"

#include <cctype>
#include <set>

#include "absl/strings/match.h"
#include "server/app/setting_table.h"

namespace dino::app {

std::string EnvironmentName(std::string_view name) {
  std::string variable = "DINO_";
  for (const char c : name) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

std::vector<std::string> UnknownVariables(const char* const* variables) {
  std::set<std::string> known;
  for (const Setting& setting : SettingTable()) known.insert(EnvironmentName(setting.name));
  std::vector<std::string> unknown;
  for (; *variables != nullptr; ++variables) {
    const std::string_view variable = *variables;
    const std::string name(variable.substr(0, variable.find('=')));
    const bool service = absl::StrContains(name, "_SERVICE_") || absl::StrContains(name, "_PORT");
    if (absl::StartsWith(name, "DINO_") && !service && known.count(name) == 0) {
      unknown.push_back(name);
    }
  }
  return unknown;
}

}  // namespace dino::app
