#include "server/app/setting_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace dino::app {
namespace {

TEST(SettingTableTest, EveryDefaultIsValid) {
  Settings settings;
  for (const Setting& setting : SettingTable()) {
    EXPECT_EQ(setting.rule.read(setting.default_text, settings), "") << setting.name;
    EXPECT_FALSE(setting.purpose.empty()) << setting.name;
    EXPECT_FALSE(setting.rule.expected.empty()) << setting.name;
  }
}

TEST(SettingTableTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const Setting& setting : SettingTable()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
  }
  EXPECT_EQ(names.size(), 50U);
}

TEST(SettingTableTest, PendingCallsMayTakeAQuarterOfTheMemory) {
  constexpr std::size_t kMebibyte = 1048576;
  EXPECT_EQ(DefaultPendingBytes(std::nullopt), 256 * kMebibyte);
  EXPECT_EQ(DefaultPendingBytes(512 * kMebibyte), 128 * kMebibyte);
  EXPECT_EQ(DefaultPendingBytes(8192 * kMebibyte), 256 * kMebibyte);
}

TEST(SettingTableTest, FindsUnknownVariables) {
  const std::array<const char*, 7> variables = {"DINO_LOG_LEVEL=info",
                                                "DINO_MQTT_BROKER=one:1883",
                                                "HOME=/",
                                                "DINO_BRIDGE_SERVICE_HOST=10.0.0.1",
                                                "DINO_BRIDGE_PORT_50051_TCP=tcp://10.0.0.1:50051",
                                                "DINO_EMPTY=",
                                                nullptr};
  EXPECT_THAT(UnknownVariables(variables.data()),
              ::testing::ElementsAre("DINO_MQTT_BROKER", "DINO_EMPTY"));
}

TEST(SettingTableTest, DerivesTheVariableFromTheName) {
  EXPECT_EQ(EnvironmentName("mqtt-in-flight-window"), "DINO_MQTT_IN_FLIGHT_WINDOW");
}

}  // namespace
}  // namespace dino::app
