#include "server/app/settings_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "server/app/setting_table.h"
#include "server/app/setting_variables.h"

namespace dino::app {
namespace {

using ::testing::HasSubstr;

TEST(SettingsHelpTest, ListsEverySettingWithVariableAndDefault) {
  const std::string help = SettingsHelp();
  for (const Setting& setting : SettingTable()) {
    EXPECT_THAT(help, HasSubstr("\n  --" + std::string(setting.name) + "  " +
                                EnvironmentName(setting.name) + "\n"));
    const std::string_view text = setting.default_text.empty() ? "none" : setting.default_text;
    EXPECT_THAT(help, HasSubstr("Default: " + std::string(text) + "\n"));
  }
}

TEST(SettingsHelpTest, ShowsLimitsAndUnits) {
  EXPECT_THAT(SettingsHelp(),
              HasSubstr("  --mqtt-keep-alive  DINO_MQTT_KEEP_ALIVE\n"
                        "      The MQTT keep-alive of each session. A connection that died "
                        "silently while it was\n"
                        "      idle is noticed 5s after that at the latest.\n"
                        "      Must be a duration from 5s to 65535s in whole seconds, "
                        "with a unit, such as 10s or\n"
                        "      1m30s.\n"
                        "      Default: 10s\n"));
}

TEST(SettingsHelpTest, KeepsLinesWithin90ColumnsAndWithoutTrailingSpaces) {
  std::istringstream help(SettingsHelp());
  for (std::string line; std::getline(help, line);) {
    EXPECT_LE(line.size(), 90U) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
}

TEST(SettingsHelpTest, StatesTheVersion) {
  EXPECT_THAT(VersionText(), ::testing::MatchesRegex("dino-bridge [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace dino::app
