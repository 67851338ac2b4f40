#include "clients/dino-publish/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/case_name.h"

namespace dino::publish_client {
namespace {

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::variant<Options, UsageError> Parse(const std::vector<std::string>& arguments,
                                        const char* address = nullptr) {
  return ParseOptions(arguments, [address](const char* name) {
    return std::string(name) == "DINO_GRPC_ADDRESS" ? address : nullptr;
  });
}

Options Good(const std::vector<std::string>& arguments, const char* address = nullptr) {
  const auto parsed = Parse(arguments, address);
  EXPECT_TRUE(std::holds_alternative<Options>(parsed));
  return std::get<Options>(parsed);
}

TEST(OptionsTest, HasTheDocumentedDefaults) {
  const Options options = Good({"PublishRead"});

  EXPECT_EQ(options.action, Options::Action::kCall);
  EXPECT_EQ(options.method, "PublishRead");
  EXPECT_EQ(options.address, "127.0.0.1:50051");
  EXPECT_EQ(options.timeout, std::chrono::seconds(10));
  EXPECT_EQ(options.key_file, "");
  EXPECT_EQ(options.traceparent, "");
  EXPECT_FALSE(options.compact);
}

TEST(OptionsTest, AcceptsEveryOptionInBothForms) {
  const Options options = Good({"--address=[::1]:1", "--timeout", "1m30s", "PublishRead",
                                "--traceparent", kTraceparent, "--key-file=k", "--compact"},
                               "other:2");

  EXPECT_EQ(options.method, "PublishRead");
  EXPECT_EQ(options.address, "[::1]:1");
  EXPECT_EQ(options.timeout, std::chrono::seconds(90));
  EXPECT_EQ(options.key_file, "k");
  EXPECT_EQ(options.traceparent, kTraceparent);
  EXPECT_TRUE(options.compact);
}

TEST(OptionsTest, ReadsTheAddressFromTheEnvironment) {
  EXPECT_EQ(Good({"PublishRead"}, "bridge:50051").address, "bridge:50051");
}

// As in a pod, beside a server that listens for both families of addresses.
TEST(OptionsTest, AsksAServerThatListensEverywhereAtLoopback) {
  EXPECT_EQ(Good({"PublishRead"}, "[::]:50051").address, "localhost:50051");
}

TEST(OptionsTest, ReadsTheKeyFileFromTheEnvironment) {
  const auto parsed = ParseOptions({"PublishRead"}, [](const char* name) -> const char* {
    return std::string(name) == "DINO_API_KEY_FILE" ? "/keys/chat" : nullptr;
  });
  ASSERT_TRUE(std::holds_alternative<Options>(parsed));
  EXPECT_EQ(std::get<Options>(parsed).key_file, "/keys/chat");
}

TEST(OptionsTest, ChecksInsteadOfCalling) {
  const Options options =
      Good({"--check", "--publish", "rooms/lobby", "--receive-from=[::1]:1883"});

  EXPECT_EQ(options.action, Options::Action::kCheck);
  EXPECT_EQ(options.timeout, std::chrono::seconds(4));
  EXPECT_EQ(options.probe_topic, "rooms/lobby");
  EXPECT_EQ(options.receive_from.address, "[::1]:1883");
  EXPECT_EQ(Good({"--timeout=1m", "--check"}).timeout, std::chrono::minutes(1));
}

TEST(OptionsTest, AsksForTextsWithoutAMethod) {
  EXPECT_EQ(Good({"--check", "--help"}).action, Options::Action::kHelp);
  EXPECT_EQ(Good({"--help"}).action, Options::Action::kHelp);
  EXPECT_EQ(Good({"-h", "--list"}).action, Options::Action::kHelp);
  EXPECT_EQ(Good({"--version"}).action, Options::Action::kVersion);
  EXPECT_EQ(Good({"PublishRead", "--list"}).action, Options::Action::kList);
}

struct BadOption {
  std::string name;
  std::vector<std::string> arguments;
  std::string error;
};

class BadOptionsTest : public ::testing::TestWithParam<BadOption> {};

TEST_P(BadOptionsTest, AreRefused) {
  const auto parsed = Parse(GetParam().arguments);
  ASSERT_TRUE(std::holds_alternative<UsageError>(parsed));
  EXPECT_EQ(std::get<UsageError>(parsed).text, GetParam().error);
}

constexpr char kTimeout[] = "--timeout must be a duration from 1ms to 1h, such as 10s";
constexpr char kTrace[] = "--traceparent must be a W3C trace context of 55 characters";

INSTANTIATE_TEST_SUITE_P(
    All, BadOptionsTest,
    ::testing::Values(
        BadOption{"NoMethod",
                  {"--compact"},
                  "name the method to call, such as PublishMessage; "
                  "--list prints all"},
        BadOption{"TwoMethods",
                  {"PublishRead", "PublishEdit"},
                  "name only one method; the request is read from standard input"},
        BadOption{"UnknownOption", {"--adress=a:1"}, "unknown option --adress"},
        BadOption{"FlagWithValue", {"--compact=1"}, "unknown option --compact"},
        BadOption{"NoValue", {"--address"}, "--address needs a value"},
        BadOption{"NoPort", {"--address=host"}, "--address must be host:port"},
        BadOption{"NoHost", {"--address=:1"}, "--address must be host:port"},
        BadOption{"EmptyPort", {"--address=host:"}, "--address must be host:port"},
        BadOption{"CheckWithMethod", {"--check", "PublishRead"}, "--check takes no method"},
        BadOption{"CheckWithValue", {"--check=1"}, "unknown option --check"},
        BadOption{"ProbeWithoutCheck", {"PublishRead", "--publish=a"}, "--publish needs --check"},
        BadOption{
            "HealthWithoutCheck", {"PublishRead", "--health-only"}, "--health-only needs --check"},
        BadOption{"HealthAndEvent",
                  {"--check", "--health-only", "--publish=a"},
                  "--health-only and --publish exclude each other"},
        BadOption{"EmptyTopic", {"--check", "--publish="}, "--publish must not be empty"},
        BadOption{"ReceiveWithoutPublish",
                  {"--check", "--receive-from=a:1"},
                  "--receive-from needs --publish"},
        BadOption{"ReceiveWithoutPort",
                  {"--check", "--publish=a", "--receive-from=a"},
                  "--receive-from must be host:port"},
        BadOption{"AccessWithoutReceive",
                  {"--check", "--publish=a", "--mqtt-username=a"},
                  "--receive-topic and --mqtt-... need --receive-from"},
        BadOption{"PasswordWithoutName",
                  {"--check", "--publish=a", "--receive-from=a:1", "--mqtt-password-file=a"},
                  "--mqtt-password-file needs --mqtt-username"},
        BadOption{"HalfACertificateForTheBroker",
                  {"--check", "--publish=a", "--receive-from=a:1", "--mqtt-tls-cert-file=a"},
                  "--mqtt-tls-cert-file and --mqtt-tls-key-file must be set together"},
        BadOption{"CertificateWithoutAuthority",
                  {"--check", "--publish=a", "--receive-from=a:1", "--mqtt-tls-cert-file=a",
                   "--mqtt-tls-key-file=a"},
                  "--mqtt-tls-cert-file needs --mqtt-tls-ca-file"},
        BadOption{"NoUnit", {"--timeout=10"}, "--timeout needs a unit, as in 10s or 500ms"},
        BadOption{"NoTime", {"--timeout=0s"}, kTimeout},
        BadOption{"NegativeTime", {"--timeout=-1s"}, kTimeout},
        BadOption{"EndlessTime", {"--timeout=inf"}, kTimeout},
        BadOption{"WordAsTime", {"--timeout=soon"}, kTimeout},
        BadOption{"ShortTrace", {"--traceparent=00-1-2-01"}, kTrace},
        BadOption{"AnotherVersionOfTrace",
                  {"--traceparent=ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                  kTrace},
        BadOption{"UppercaseTrace",
                  {"--traceparent=00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                  kTrace},
        BadOption{"TraceWithoutDashes", {"--traceparent=" + std::string(55, '0')}, kTrace}),
    testing::CaseName());

TEST(OptionsTest, RefusesAnInvalidAddressFromTheEnvironment) {
  const auto parsed = Parse({"PublishRead"}, "host");
  ASSERT_TRUE(std::holds_alternative<UsageError>(parsed));
  EXPECT_EQ(std::get<UsageError>(parsed).text, "DINO_GRPC_ADDRESS must be host:port");
}

TEST(OptionsTest, DocumentsEveryOptionAndExitStatus) {
  for (const char* text : {"--address",
                           "--timeout",
                           "--traceparent",
                           "--compact",
                           "--list",
                           "--help",
                           "--version",
                           "--health-only",
                           "DINO_GRPC_ADDRESS",
                           "--check",
                           "--publish",
                           "--receive-from",
                           "--receive-topic",
                           "--mqtt-username",
                           "--mqtt-password-file",
                           "--mqtt-tls-ca-file",
                           "--mqtt-tls-cert-file",
                           "--mqtt-tls-key-file",
                           "\n  10  ",
                           "\n  11  ",
                           "\n  12  ",
                           "\n  13  ",
                           "\n  14  ",
                           "\n  15  ",
                           "\n  16  ",
                           "\n  17  ",
                           "\n  0  ",
                           "\n  1  ",
                           "\n  2  ",
                           "\n  3  ",
                           "\n  4  ",
                           "\n  5  "}) {
    EXPECT_THAT(std::string(HelpText()), ::testing::HasSubstr(text));
  }
}

}  // namespace
}  // namespace dino::publish_client
