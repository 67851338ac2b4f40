#include "server/app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/case_name.h"

namespace dino::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

CommandLine Read(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "dino-bridge");
  return ReadCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLineTest, AcceptsValuesAfterEqualsAndAsTheNextArgument) {
  const CommandLine line = Read({"--environment=a=b", "--log-level", "error", "--log-format="});

  EXPECT_THAT(line.values, ElementsAre(Pair("environment", "a=b"), Pair("log-format", ""),
                                       Pair("log-level", "error")));
  EXPECT_THAT(line.errors, IsEmpty());
  EXPECT_FALSE(line.help);
  EXPECT_FALSE(line.version);
}

TEST(CommandLineTest, KnowsHelpAndVersion) {
  EXPECT_TRUE(Read({"--log-level=info", "--help"}).help);
  EXPECT_TRUE(Read({"-h"}).help);
  EXPECT_TRUE(Read({"--version"}).version);
}

TEST(CommandLineTest, AcceptsNoArguments) {
  EXPECT_THAT(ReadCommandLine(0, nullptr).errors, IsEmpty());
  EXPECT_THAT(Read({}).values, IsEmpty());
}

struct BadCase {
  std::string name;
  std::vector<const char*> arguments;
  std::vector<std::string> errors;
};

class BadCommandLineTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadCommandLineTest, NamesEveryError) {
  EXPECT_EQ(Read(GetParam().arguments).errors, GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCommandLineTest,
    ::testing::Values(BadCase{"NearMiss",
                              {"--mqtt-session=3"},
                              {"--mqtt-session: unknown flag; did you mean --mqtt-sessions?"}},
                      BadCase{"UnknownFlag", {"--zebra=1"}, {"--zebra: unknown flag"}},
                      BadCase{"UnprintableFlag", {"--a\n\x1b[1m\xAD"}, {"--a??[1m?: unknown flag"}},
                      BadCase{"ValueOfAnUnknownFlagIsNotShown",
                              {"--mqtt-password", "hunter2", "--password=hunter2"},
                              {"--mqtt-password: unknown flag", "--password: unknown flag"}},
                      BadCase{"Repeated",
                              {"--log-level=info", "--log-level", "info"},
                              {"--log-level: given more than once"}},
                      BadCase{"NoValueAtTheEnd",
                              {"--log-level"},
                              {"--log-level: needs a value, as in --log-level=VALUE"}},
                      BadCase{"NoValueBeforeAFlag",
                              {"--allow-anonymous", "--log-level=info"},
                              {"--allow-anonymous: needs a value, as in --allow-anonymous=VALUE"}},
                      BadCase{"Positional",
                              {"start", "--", "-x"},
                              {"\"start\": unexpected argument; flags begin with --",
                               "\"--\": unexpected argument; flags begin with --",
                               "\"-x\": unexpected argument; flags begin with --"}},
                      BadCase{"EmptyName", {"--=1"}, {"--: unknown flag"}},
                      BadCase{"HelpWithValue", {"--help=me"}, {"--help: unknown flag"}}),
    testing::CaseName());

TEST(ClosestFlagTest, SuggestsOnlyCloseNames) {
  EXPECT_EQ(ClosestFlag("log_level"), "log-level");
  EXPECT_EQ(ClosestFlag("loglevel"), "log-level");
  EXPECT_EQ(ClosestFlag("max-recipient"), "max-recipients");
  EXPECT_EQ(ClosestFlag("x"), "");
  EXPECT_EQ(ClosestFlag("broker"), "");
  EXPECT_EQ(ClosestFlag(std::string(100000, 'a')), "");
}

}  // namespace
}  // namespace dino::app
