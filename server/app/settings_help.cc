#include "server/app/settings_help.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "server/app/setting_table.h"
#include "server/app/setting_variables.h"
#include "server/app/settings.h"

namespace dino::app {
namespace {

constexpr std::size_t kColumns = 90;
constexpr char kIndent[] = "      ";

constexpr char kUsage[] =
    "Usage: dino-bridge [--name=value | --name value]...\n"
    "       dino-bridge health [--ready] [--ops-address=value]\n"
    "       dino-bridge hash-key NAME < FILE_WITH_AN_API_KEY\n"
    "\n"
    "Accepts typed events over gRPC and publishes each to the MQTT v5 topics of its recipients.\n"
    "\n"
    "Every setting is a flag, or the environment variable shown beside it; the flag wins.\n"
    "Durations need a unit: 500ms, 30s, 1m30s. If any setting is invalid, the program lists\n"
    "all that are and exits with status 2 before it listens.\n"
    "\n"
    "Settings:\n";

constexpr char kOther[] =
    "\n"
    "  --help, -h\n"
    "      Prints this text.\n"
    "\n"
    "  --version\n"
    "      Prints the version.\n";

// Appends `text`, word-wrapped and indented.
void AppendWrapped(std::string_view text, std::string& out) {
  std::size_t column = kColumns;  // Starts the first word on a new line.
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (column + 1 + word.size() > kColumns) {
      out.append(column == kColumns && out.back() == '\n' ? "" : "\n").append(kIndent);
      column = sizeof kIndent - 1;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  out += '\n';
}

}  // namespace

std::string SettingsHelp() {
  std::string help = kUsage;
  for (const Setting& setting : SettingTable()) {
    help.append("\n  --").append(setting.name).append("  ").append(EnvironmentName(setting.name));
    help += '\n';
    AppendWrapped(setting.purpose, help);
    AppendWrapped("Must be " + setting.rule.expected + ".", help);
    const bool has_default = !setting.default_text.empty();
    help.append(kIndent).append("Default: ");
    help.append(has_default ? setting.default_text : "none").append("\n");
  }
  return help + kOther;
}

std::string VersionText() { return "dino-bridge " + std::string(Version()) + "\n"; }

}  // namespace dino::app
