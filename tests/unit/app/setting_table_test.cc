#include "server/app/setting_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

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
  EXPECT_EQ(names.size(), 56U);
}

TEST(SettingTableTest, PendingCallsMayTakeAQuarterOfTheMemory) {
  constexpr std::size_t kMebibyte = 1048576;
  EXPECT_EQ(DefaultPendingBytes(std::nullopt), 256 * kMebibyte);
  EXPECT_EQ(DefaultPendingBytes(512 * kMebibyte), 128 * kMebibyte);
  EXPECT_EQ(DefaultPendingBytes(8192 * kMebibyte), 256 * kMebibyte);
}

}  // namespace
}  // namespace dino::app
