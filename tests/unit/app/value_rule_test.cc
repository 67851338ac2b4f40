#include "server/app/value_rule.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "server/app/setting_table.h"
#include "tests/support/case_name.h"

namespace dino::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct RuleCase {
  std::string name;
  ValueRule rule;
  std::string text;
  std::string problem;  // Empty if the text is right.
};

class ValueRuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(ValueRuleTest, AcceptsValidAndRefusesInvalidValues) {
  Settings settings;
  EXPECT_EQ(GetParam().rule.read(GetParam().text, settings), GetParam().problem);
}

ValueRule Count() { return Whole(&Settings::mqtt_sessions, 1, 1000); }
constexpr char kCount[] = " must be a whole number from 1 to 1000";

INSTANTIATE_TEST_SUITE_P(
    Whole, ValueRuleTest,
    ::testing::Values(RuleCase{"Least", Count(), "1", ""}, RuleCase{"Most", Count(), "1000", ""},
                      RuleCase{"Zero", Count(), "0", std::string("\"0\"") + kCount},
                      RuleCase{"Above", Count(), "1001", std::string("\"1001\"") + kCount},
                      RuleCase{"Negative", Count(), "-1", std::string("\"-1\"") + kCount},
                      RuleCase{"Sign", Count(), "+1", std::string("\"+1\"") + kCount},
                      RuleCase{"Fraction", Count(), "1.5", std::string("\"1.5\"") + kCount},
                      RuleCase{"Exponent", Count(), "1e2", std::string("\"1e2\"") + kCount},
                      RuleCase{"Space", Count(), " 1", std::string("\" 1\"") + kCount},
                      RuleCase{"Empty", Count(), "", std::string("\"\"") + kCount},
                      RuleCase{"Huge", Count(), "18446744073709551617",
                               std::string("\"18446744073709551617\"") + kCount}),
    testing::CaseName());

ValueRule Share() { return Ratio(&Settings::traces_sample_ratio); }
constexpr char kShare[] = " must be a number from 0 to 1, such as 0.01";

INSTANTIATE_TEST_SUITE_P(
    Ratio, ValueRuleTest,
    ::testing::Values(RuleCase{"None", Share(), "0", ""}, RuleCase{"All", Share(), "1", ""},
                      RuleCase{"Some", Share(), "0.01", ""}, RuleCase{"Short", Share(), ".5", ""},
                      RuleCase{"Above", Share(), "1.01", std::string("\"1.01\"") + kShare},
                      RuleCase{"Percent", Share(), "1%", std::string("\"1%\"") + kShare},
                      RuleCase{"Negative", Share(), "-0.1", std::string("\"-0.1\"") + kShare},
                      RuleCase{"Exponent", Share(), "1e-06", ""},
                      RuleCase{"Space", Share(), " 1", std::string("\" 1\"") + kShare},
                      RuleCase{"Word", Share(), "nan", std::string("\"nan\"") + kShare},
                      RuleCase{"Dot", Share(), ".", std::string("\".\"") + kShare},
                      RuleCase{"Empty", Share(), "", std::string("\"\"") + kShare}),
    testing::CaseName());

ValueRule Collector() { return AddressOrNone(&Settings::traces_endpoint); }

INSTANTIATE_TEST_SUITE_P(
    AddressOrNone, ValueRuleTest,
    ::testing::Values(RuleCase{"Name", Collector(), "collector:4318", ""},
                      RuleCase{"Empty", Collector(), "", ""},
                      RuleCase{"Port0", Collector(), "collector:0",
                               "must end in a port from 1 to 65535"},
                      RuleCase{"Url", Collector(), "http://collector:4318",
                               "must be host:port, with an IPv6 address in brackets"}),
    testing::CaseName());

ValueRule CountOrAuto() {
  return WholeOrAuto(&Settings::mqtt_sessions, 1, 1000, [] { return 8U; });
}
constexpr char kCountOrAuto[] = " must be auto or a whole number from 1 to 1000";

INSTANTIATE_TEST_SUITE_P(WholeOrAuto, ValueRuleTest,
                         ::testing::Values(RuleCase{"Number", CountOrAuto(), "1000", ""},
                                           RuleCase{"Auto", CountOrAuto(), "auto", ""},
                                           RuleCase{"Above", CountOrAuto(), "1001",
                                                    std::string("\"1001\"") + kCountOrAuto},
                                           RuleCase{"Word", CountOrAuto(), "Auto",
                                                    std::string("\"Auto\"") + kCountOrAuto}),
                         testing::CaseName());

TEST(WholeOrAutoTest, AutoMeansTheDetectedValue) {
  Settings settings;
  EXPECT_EQ(CountOrAuto().read("auto", settings), "");
  EXPECT_EQ(settings.mqtt_sessions, 8U);
  EXPECT_EQ(CountOrAuto().read("9", settings), "");
  EXPECT_EQ(settings.mqtt_sessions, 9U);
}

ValueRule KeepAlive() { return Seconds(&Settings::mqtt_keep_alive, seconds(5), seconds(65535)); }
ValueRule AckTimeout() {
  return Milliseconds(&Settings::mqtt_ack_timeout, milliseconds(100), seconds(300));
}
constexpr char kSeconds[] =
    " must be a duration from 5s to 65535s in whole seconds, with a unit, such as 10s or 1m30s";
constexpr char kMillis[] =
    " must be a duration from 100ms to 300s in whole milliseconds, with a unit, such as 10s or "
    "1m30s";

INSTANTIATE_TEST_SUITE_P(
    Time, ValueRuleTest,
    ::testing::Values(
        RuleCase{"Seconds", KeepAlive(), "5s", ""}, RuleCase{"Minutes", KeepAlive(), "1m30s", ""},
        RuleCase{"Hours", KeepAlive(), "18h12m15s", ""},
        RuleCase{"MillisecondsThatMakeASecond", KeepAlive(), "6000ms", ""},
        RuleCase{"TooLong", KeepAlive(), "65536s", std::string("\"65536s\"") + kSeconds},
        RuleCase{"TooShort", KeepAlive(), "4s", std::string("\"4s\"") + kSeconds},
        RuleCase{"PartOfASecond", KeepAlive(), "5500ms", std::string("\"5500ms\"") + kSeconds},
        RuleCase{"BareNumber", KeepAlive(), "30", "\"30\" has no unit: write 30s for seconds"},
        RuleCase{"BareZero", KeepAlive(), "0", "\"0\" has no unit: write 0s for seconds"},
        RuleCase{"SignedZero", KeepAlive(), "-0", std::string("\"-0\"") + kSeconds},
        RuleCase{"Empty", KeepAlive(), "", std::string("\"\"") + kSeconds},
        RuleCase{"Infinite", KeepAlive(), "inf", std::string("\"inf\"") + kSeconds},
        RuleCase{"Negative", KeepAlive(), "-30s", std::string("\"-30s\"") + kSeconds},
        RuleCase{"UnknownUnit", KeepAlive(), "1d", std::string("\"1d\"") + kSeconds},
        RuleCase{"Millis", AckTimeout(), "500ms", ""},
        RuleCase{"FractionOfASecond", AckTimeout(), "1.5s", ""},
        RuleCase{"Micros", AckTimeout(), "100500us", std::string("\"100500us\"") + kMillis},
        RuleCase{"MillisTooShort", AckTimeout(), "99ms", std::string("\"99ms\"") + kMillis}),
    testing::CaseName());

ValueRule Brokers() { return Addresses(&Settings::mqtt_brokers); }

INSTANTIATE_TEST_SUITE_P(
    Addresses, ValueRuleTest,
    ::testing::Values(RuleCase{"One", Brokers(), "a:1", ""},
                      RuleCase{"Three", Brokers(), "a:1,[::1]:1,b:1", ""},
                      RuleCase{"Empty", Brokers(), "",
                               "address 1 must be host:port, with an IPv6 address in brackets"},
                      RuleCase{"TrailingComma", Brokers(), "a:1,",
                               "address 2 must be host:port, with an IPv6 address in brackets"},
                      RuleCase{"Space", Brokers(), "a:1, b:1",
                               "address 2 must be host:port, with an IPv6 address in brackets"},
                      RuleCase{"PortZero", Brokers(), "a:1,b:0",
                               "address 2 must end in a port from 1 to 65535"},
                      RuleCase{"Repeated", Brokers(), "a:1,b:1,A:1", "address 3 repeats a:1"},
                      RuleCase{"PasswordIsNotShown", Brokers(), "mqtt://user:secret@a:1",
                               "address 1 must be host:port, with an IPv6 address in brackets"}),
    testing::CaseName());

ValueRule Prefix() { return Name(&Settings::mqtt_client_id_prefix, 64); }
constexpr char kName[] = " must be 1 to 64 letters, digits, -, _ and .";

INSTANTIATE_TEST_SUITE_P(
    Words, ValueRuleTest,
    ::testing::Values(RuleCase{"Name", Prefix(), "aZ0-_.", ""},
                      RuleCase{"Longest", Prefix(), std::string(64, 'a'), ""},
                      RuleCase{"NameEmpty", Prefix(), "", std::string("\"\"") + kName},
                      RuleCase{"NameTooLong", Prefix(), std::string(65, 'a'),
                               "\"" + std::string(65, 'a') + "\"" + kName},
                      RuleCase{"NameWithSlash", Prefix(), "a/b", std::string("\"a/b\"") + kName},
                      RuleCase{"NameNotAscii", Prefix(), "é", std::string("\"é\"") + kName},
                      RuleCase{"True", TrueOrFalse(&Settings::allow_anonymous), "true", ""},
                      RuleCase{"False", TrueOrFalse(&Settings::allow_anonymous), "false", ""},
                      RuleCase{"Yes", TrueOrFalse(&Settings::allow_anonymous), "yes",
                               "\"yes\" must be one of true, false"},
                      RuleCase{"Uppercase", TrueOrFalse(&Settings::allow_anonymous), "TRUE",
                               "\"TRUE\" must be one of true, false"}),
    testing::CaseName());

TEST(ValueRuleTest, StoresTheValue) {
  Settings settings;
  Count().read("7", settings);
  KeepAlive().read("1m30s", settings);
  AckTimeout().read("1.5s", settings);
  Brokers().read("a:1,[::1]:2", settings);
  TrueOrFalse(&Settings::allow_anonymous).read("true", settings);

  EXPECT_EQ(settings.mqtt_sessions, 7U);
  EXPECT_EQ(settings.mqtt_keep_alive, seconds(90));
  EXPECT_EQ(settings.mqtt_ack_timeout, milliseconds(1500));
  EXPECT_EQ(settings.mqtt_brokers, (std::vector<HostPort>{{"a", 1}, {"::1", 2}}));
  EXPECT_TRUE(settings.allow_anonymous);
}

TEST(QuotedTest, EscapesAndCuts) {
  EXPECT_EQ(Quoted("a\n\x1b\"b"), R"("a\n\x1b\"b")");
  EXPECT_EQ(Quoted(std::string(81, 'a')), "\"" + std::string(80, 'a') + "…\"");
  EXPECT_EQ(Quoted(std::string(79, 'a') + "é"), "\"" + std::string(79, 'a') + "…\"");
}

TEST(QuotedTest, ShowsOnlyWhatIsPrintable) {
  EXPECT_EQ(Quoted("é\xAD"), R"("é\xad")");
  EXPECT_EQ(Quoted("\xC2\x85"), R"("\xc2\x85")") << "a control character";
  // U+202E, which changes the direction of writing.
  const std::string reversing = {'\xE2', '\x80', '\xAE'};
  EXPECT_EQ(Quoted(reversing), R"("\xe2\x80\xae")");
}

}  // namespace
}  // namespace dino::app
