// The command line and the environment: one word in each line, `=` in front of those of the
// environment.
#include "server/app/settings.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

using Variables = std::map<std::string, std::string>;

app::ParsedSettings Parse(const std::vector<std::string>& arguments, const Variables& variables) {
  std::vector<const char*> argv = {"dino-bridge"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return app::ParseSettings(static_cast<int>(argv.size()), argv.data(),
                            [&variables](const char* name) -> const char* {
                              const auto found = variables.find(name);
                              return found == variables.end() ? nullptr : found->second.c_str();
                            });
}

// What the log says of the settings is all that it takes to start with them again.
void RequireSame(const app::Settings& settings) {
  std::vector<std::string> arguments;
  for (const auto& [name, text] : settings.texts) {
    arguments.push_back(std::string("--").append(name).append("=").append(text));
  }
  const app::ParsedSettings again = Parse(arguments, {});
  const auto* same = std::get_if<app::Settings>(&again);
  if (same == nullptr) return Require(false, "settings are valid when they are given again");
  Require(same->texts == settings.texts, "and are the same");
}

}  // namespace

void FuzzSettings(std::string_view bytes) {
  std::vector<std::string> arguments;
  Variables variables;
  std::string line;
  for (std::istringstream lines(std::string(bytes.substr(0, bytes.find('\0'))));
       std::getline(lines, line);) {
    if (line.empty() || line.front() != '=') {
      arguments.push_back(line);
    } else {
      const std::size_t end = std::min(line.find('=', 1), line.size());
      variables.emplace(line.substr(1, end - 1), line.substr(std::min(end + 1, line.size())));
    }
  }
  const app::ParsedSettings parsed = Parse(arguments, variables);
  if (const auto* settings = std::get_if<app::Settings>(&parsed)) {
    RequireSame(*settings);
  } else if (const auto* errors = std::get_if<app::SettingErrors>(&parsed)) {
    Require(!errors->lines.empty(), "what is refused has a reason");
    for (const std::string& error : errors->lines) RequirePrintable(error);
  } else {
    Require(!std::get<app::Information>(parsed).text.empty(), "--help and --version have a text");
  }
}

}  // namespace dino::fuzz
