#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/app/setting_errors.h"

namespace dino::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuthSettingsTest : public ::testing::Test {
 protected:
  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "keys.json";
};

TEST_F(AuthSettingsTest, AServerThatRequiresKeysMayListenForOtherMachines) {
  std::ofstream(file_) << R"({"callers": []})";
  EXPECT_THAT(ErrorsOf({"--grpc-address=[::]:50051", "--auth-keys-file=" + file_}), IsEmpty());
}

TEST_F(AuthSettingsTest, AnInvalidKeyFileIsRefusedWithThePlaceOfTheError) {
  std::ofstream(file_) << R"({"callers": [{}]})";
  EXPECT_THAT(ErrorsOf({"--auth-keys-file=" + file_}),
              ElementsAre("--auth-keys-file: " + file_ + ": callers[0].name is required"));
}

TEST_F(AuthSettingsTest, AMissingKeyFileIsRefused) {
  EXPECT_THAT(
      ErrorsOf({"--auth-keys-file=" + file_}),
      ElementsAre("--auth-keys-file: cannot read " + file_ + ": No such file or directory"));
}

}  // namespace
}  // namespace dino::app
