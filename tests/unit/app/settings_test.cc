#include "server/app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/app/setting_table.h"

namespace dino::app {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using Variables = std::map<std::string, std::string>;

ParsedSettings Parse(std::vector<const char*> arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "dino-bridge");
  return ParseSettings(static_cast<int>(arguments.size()), arguments.data(),
                       [&variables](const char* name) -> const char* {
                         const auto found = variables.find(name);
                         return found == variables.end() ? nullptr : found->second.c_str();
                       });
}

std::vector<std::string> Errors(const ParsedSettings& parsed) {
  const auto* errors = std::get_if<SettingErrors>(&parsed);
  return errors == nullptr ? std::vector<std::string>{} : errors->lines;
}

TEST(SettingsTest, ShowsNoUnprintableByteOfAPath) {
  EXPECT_THAT(Errors(Parse({"--auth-keys-file=/none\n\xAD"})),
              Contains(HasSubstr("cannot read /none??:")));
}

TEST(SettingsTest, HasTheDocumentedDefaults) {
  const ParsedSettings parsed = Parse({});
  const auto* settings = std::get_if<Settings>(&parsed);
  ASSERT_NE(settings, nullptr);

  EXPECT_EQ(settings->grpc_address, (HostPort{"127.0.0.1", 50051}));
  EXPECT_FALSE(settings->allow_anonymous);
  EXPECT_THAT(settings->mqtt_brokers, ElementsAre(HostPort{"127.0.0.1", 1883}));
  EXPECT_EQ(settings->mqtt_sessions, 8U);
  EXPECT_EQ(settings->mqtt_loops, 2U);
  EXPECT_EQ(settings->mqtt_in_flight_window, 64U);
  EXPECT_EQ(settings->mqtt_in_flight_bytes, 1048576U);
  EXPECT_EQ(settings->mqtt_keep_alive, seconds(10));
  EXPECT_EQ(settings->mqtt_connect_timeout, seconds(5));
  EXPECT_EQ(settings->mqtt_ack_timeout, seconds(5));
  EXPECT_EQ(settings->mqtt_failover_after, seconds(5));
  EXPECT_EQ(settings->mqtt_client_id_prefix, "dino-bridge");
  EXPECT_EQ(settings->mqtt_username, "");
  EXPECT_EQ(settings->mqtt_password_file, "");
  EXPECT_EQ(settings->mqtt_tls_ca_file, "");
  EXPECT_EQ(settings->mqtt_tls_cert_file, "");
  EXPECT_EQ(settings->mqtt_tls_key_file, "");
  EXPECT_EQ(settings->topic_template, "dms/{environment}/{user_id}");
  EXPECT_EQ(settings->environment, "dev");
  EXPECT_EQ(settings->default_expiry, seconds(86400));
  EXPECT_EQ(settings->default_deadline, seconds(10));
  EXPECT_EQ(settings->max_connection_age, seconds(300));
  EXPECT_EQ(settings->max_connection_idle, seconds(120));
  EXPECT_EQ(settings->max_connections, 4096U);
  EXPECT_EQ(settings->max_concurrent_streams, 1000U);
  EXPECT_EQ(settings->max_publish_streams, 1000U);
  EXPECT_EQ(settings->max_metadata_bytes, 8192U);
  EXPECT_EQ(settings->max_request_bytes, 4194304U);
  EXPECT_EQ(settings->max_batch_events, 1000U);
  EXPECT_EQ(settings->max_connection_grace, seconds(60));
  EXPECT_EQ(settings->max_receiving_bytes, 201326592U);
  EXPECT_EQ(settings->max_recipients, 10000U);
  EXPECT_EQ(settings->max_payload_bytes, 65536U);
  EXPECT_EQ(settings->max_pending_publications, 1000000U);
  // A quarter of the memory limit of the machine.
  EXPECT_LE(settings->max_pending_bytes, 268435456U);
  EXPECT_GT(settings->max_pending_bytes, 0U);
  EXPECT_EQ(settings->idempotency_window, seconds(600));
  EXPECT_EQ(settings->idempotency_memory, 83886080U);
  EXPECT_EQ(settings->drain_timeout, seconds(25));
  EXPECT_EQ(settings->log_level, log::Level::kInfo);
  EXPECT_EQ(settings->log_format, log::Format::kJson);
  EXPECT_FALSE(settings->traces_endpoint.has_value());
  EXPECT_EQ(settings->traces_sample_ratio, 0.01);
}

TEST(SettingsTest, FlagsOverrideVariables) {
  const ParsedSettings parsed = Parse(
      {"--environment=flag"}, {{"DINO_ENVIRONMENT", "variable"}, {"DINO_MQTT_SESSIONS", "3"}});
  const auto* settings = std::get_if<Settings>(&parsed);
  ASSERT_NE(settings, nullptr);

  EXPECT_EQ(settings->environment, "flag");
  EXPECT_EQ(settings->mqtt_sessions, 3U);
}

TEST(SettingsTest, AFlagOverridesAnInvalidVariable) {
  EXPECT_THAT(Errors(Parse({"--mqtt-sessions=2"}, {{"DINO_MQTT_SESSIONS", "many"}})),
              ::testing::IsEmpty());
}

TEST(SettingsTest, ListsEveryTextInForce) {
  const ParsedSettings parsed = Parse({"--mqtt-brokers=a:1,b:2"}, {{"DINO_LOG_LEVEL", "debug"}});
  const auto* settings = std::get_if<Settings>(&parsed);
  ASSERT_NE(settings, nullptr);

  EXPECT_EQ(settings->texts.size(), SettingTable().size());
  EXPECT_THAT(settings->texts, Contains(Pair("mqtt-brokers", "a:1,b:2")));
  EXPECT_THAT(settings->texts, Contains(Pair("log-level", "debug")));
  EXPECT_THAT(settings->texts, Contains(Pair("environment", "dev")));
}

TEST(SettingsTest, ReportsAllErrorsAtOnceWithTheirSource) {
  EXPECT_THAT(
      Errors(Parse({"--log-levl=info", "--mqtt-sessions=0", "--drain-timeout=25"},
                   {{"DINO_LOG_FORMAT", "xml"}, {"DINO_MQTT_BROKERS", "broker"}})),
      ElementsAre(
          "--log-levl: unknown flag; did you mean --log-level?",
          "--drain-timeout: \"25\" has no unit: write 25s for seconds",
          "DINO_MQTT_BROKERS: address 1 must be host:port, with an IPv6 address in brackets",
          "--mqtt-sessions: \"0\" must be a whole number from 1 to 1000",
          "DINO_LOG_FORMAT: \"xml\" must be one of json, text"));
}

TEST(SettingsTest, RefusesAnEmptyVariable) {
  EXPECT_THAT(Errors(Parse({}, {{"DINO_LOG_LEVEL", ""}})),
              ElementsAre("DINO_LOG_LEVEL: \"\" must be one of debug, info, warning, error"));
}

TEST(SettingsTest, IgnoresVariablesThatAreNotSettings) {
  EXPECT_THAT(Errors(Parse({}, {{"DINO_BRIDGE_SERVICE_HOST", "10.0.0.1"}})), ::testing::IsEmpty());
}

TEST(SettingsTest, AnEmptyOpsAddressDisablesIt) {
  const ParsedSettings parsed = Parse({"--ops-address="});
  ASSERT_TRUE(std::holds_alternative<Settings>(parsed));
  EXPECT_FALSE(std::get<Settings>(parsed).ops_address.has_value());
  EXPECT_THAT(Errors(Parse({"--ops-address=8080"})), ::testing::SizeIs(1));
}

TEST(SettingsTest, ChecksTheTopicTemplateWithItsEnvironment) {
  EXPECT_THAT(
      Errors(Parse({"--topic-template={environment}/{user_id}"}, {{"DINO_ENVIRONMENT", "$dev"}})),
      ElementsAre("--topic-template: \"{environment}/{user_id}\" with the environment "
                  "\"$dev\": the topic must not begin with $"));
}

TEST(SettingsTest, RefusesPendingLimitsBelowTheLargestCall) {
  EXPECT_THAT(
      Errors(Parse({"--max-pending-publications=9999", "--max-pending-bytes=1324287"})),
      ElementsAre("--max-pending-publications: must be at least max-recipients, 10000: a call "
                  "that large would always be refused",
                  "--max-pending-bytes: must be at least 1324288: a call of max-recipients with "
                  "max-payload-bytes would always be refused"));
  EXPECT_THAT(Errors(Parse({"--max-pending-publications=10000", "--max-pending-bytes=1324288"})),
              ::testing::IsEmpty());
}

TEST(SettingsTest, RefusesALimitOfArrivingRequestsBelowTheLargestRequest) {
  EXPECT_THAT(
      Errors(Parse({"--max-request-bytes=16777217", "--max-receiving-bytes=16777216"})),
      ElementsAre("--max-receiving-bytes: must be at least max-request-bytes, 16777217: a request "
                  "that large would always be cut off"));
  EXPECT_THAT(Errors(Parse({"--max-request-bytes=16777216", "--max-receiving-bytes=16777216"})),
              ::testing::IsEmpty());
}

TEST(SettingsTest, ListensForOtherMachinesOnlyIfAnonymousCallersAreAllowed) {
  EXPECT_THAT(
      Errors(Parse({"--grpc-address=[::]:50051"})),
      ElementsAre(
          "--grpc-address: other machines can reach [::]:50051, but nothing authenticates callers: "
          "set auth-keys-file, tls-client-ca-file or caller-from-header, listen on 127.0.0.1, or "
          "set "
          "allow-anonymous=true if something else, such as a service mesh, does"));
  EXPECT_THAT(Errors(Parse({"--grpc-address=[::]:50051", "--allow-anonymous=true"})),
              ::testing::IsEmpty());
  EXPECT_THAT(Errors(Parse({"--grpc-address=[::1]:0"})), ::testing::IsEmpty());
}

TEST(SettingsTest, AnswersHelpAndVersionDespiteInvalidSettings) {
  const ParsedSettings help = Parse({"--mqtt-sessions=0", "--help", "--version"});
  ASSERT_TRUE(std::holds_alternative<Information>(help));
  EXPECT_THAT(std::get<Information>(help).text, HasSubstr("Usage: dino-bridge"));

  const ParsedSettings version = Parse({"--mqtt-sessions=0", "--version"});
  ASSERT_TRUE(std::holds_alternative<Information>(version));
  EXPECT_EQ(std::get<Information>(version).text, "dino-bridge " + std::string(Version()) + "\n");
}

}  // namespace
}  // namespace dino::app
