#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"

namespace dino::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using Output = Subprocess::Output;

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(CommandLineTest, HelpListsTheSettingsAndExitsWith0) {
  Subprocess bridge({BridgeProgram(), "--help"});

  EXPECT_EQ(bridge.Wait(), 0);
  EXPECT_THAT(Joined(bridge.RemainingLines(Output::kStdout)),
              AllOf(HasSubstr("--mqtt-brokers"), HasSubstr("DINO_MQTT_BROKERS"),
                    HasSubstr("127.0.0.1:1883"), HasSubstr("--drain-timeout")));
  EXPECT_THAT(bridge.RemainingLines(Output::kStderr), IsEmpty());
}

TEST(CommandLineTest, VersionExitsWith0) {
  Subprocess bridge({BridgeProgram(), "--version"});

  EXPECT_EQ(bridge.Wait(), 0);
  EXPECT_THAT(bridge.RemainingLines(Output::kStdout),
              ElementsAre(MatchesRegex(".*[0-9]+\\.[0-9]+\\.[0-9]+.*")));
}

TEST(CommandLineTest, AllInvalidSettingsAreReportedAtOnceAndTheExitStatusIs2) {
  Subprocess bridge(
      {BridgeProgram(), "--mqtt-sessions=0", "--mqtt-brokers=:1", "--no-such-setting=1"},
      {"DINO_LOG_FORMAT=xml", "DINO_DEFAULT_DEADLINE=soon"});

  EXPECT_EQ(bridge.Wait(), 2);
  EXPECT_THAT(
      Joined(bridge.RemainingLines(Output::kStderr)),
      AllOf(HasSubstr("mqtt-sessions"), HasSubstr("mqtt-brokers"), HasSubstr("no-such-setting"),
            HasSubstr("LOG_FORMAT"), HasSubstr("DEFAULT_DEADLINE")));
}

TEST(CommandLineTest, ListeningForOthersWithoutAuthenticationIsRefused) {
  Subprocess bridge({BridgeProgram(), "--grpc-address=0.0.0.0:0"});

  EXPECT_EQ(bridge.Wait(), 2);
  EXPECT_THAT(Joined(bridge.RemainingLines(Output::kStderr)), HasSubstr("allow-anonymous"));
}

TEST(CommandLineTest, AnAddressInUseIsReported) {
  const LoopbackPort port;
  const FileDescriptor listener = ListenOnLoopback(port.number());
  Subprocess bridge({BridgeProgram(), "--grpc-address=" + port.address(), "--ops-address="});

  EXPECT_EQ(bridge.Wait(), 1);
  EXPECT_THAT(Joined(bridge.RemainingLines(Output::kStderr)), HasSubstr(port.address()));
}

}  // namespace
}  // namespace dino::testing
