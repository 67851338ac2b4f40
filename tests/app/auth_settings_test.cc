#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "server/app/settings.h"
#include "tests/testing/temporary_directory.h"

namespace dino::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuthSettingsTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Errors(const std::vector<std::string>& flags) {
    std::vector<const char*> argv = {"dino-bridge"};
    for (const std::string& flag : flags) argv.push_back(flag.c_str());
    const auto parsed = ParseSettings(static_cast<int>(argv.size()), argv.data(),
                                      [](const char*) -> const char* { return nullptr; });
    const auto* const errors = std::get_if<SettingErrors>(&parsed);
    return errors == nullptr ? std::vector<std::string>() : errors->lines;
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "keys.json";
};

TEST_F(AuthSettingsTest, OtherMachinesMayReachAServerThatWantsKeys) {
  std::ofstream(file_) << R"({"callers": []})";
  EXPECT_THAT(Errors({"--grpc-address=[::]:50051", "--auth-keys-file=" + file_}), IsEmpty());
}

TEST_F(AuthSettingsTest, ABrokenKeyFileIsRefusedByItsPlace) {
  std::ofstream(file_) << R"({"callers": [{}]})";
  EXPECT_THAT(Errors({"--auth-keys-file=" + file_}),
              ElementsAre("--auth-keys-file: " + file_ + ": callers[0].name is required"));
}

TEST_F(AuthSettingsTest, AMissingKeyFileIsRefused) {
  EXPECT_THAT(
      Errors({"--auth-keys-file=" + file_}),
      ElementsAre("--auth-keys-file: cannot read " + file_ + ": No such file or directory"));
}

}  // namespace
}  // namespace dino::app
