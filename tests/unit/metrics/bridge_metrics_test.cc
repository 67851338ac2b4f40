#include "server/metrics/bridge_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dino::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BridgeMetricsTest : public ::testing::Test {
 protected:
  static mqtt::SessionPoolOptions PoolOptions() {
    mqtt::SessionPoolOptions options;
    options.brokers = {{"one", 1883}, {"two", 1883}};
    options.sessions = 3;
    return options;
  }

  static fanout::FanoutOptions FanoutOptions() {
    fanout::FanoutOptions options;
    options.kinds = {"message", "custom"};
    options.max_pending_publications = 77;
    return options;
  }

  Sources MakeSources() { return {"1.2.3", calls_, events_, direct_, keyed_, pool_}; }
  std::string Text() { return BridgeMetrics(MakeSources()).Text(); }

  transport::CallMeters calls_{{"CALLER_NOT_ALLOWED", "OVERLOADED"}};
  api::EventMeter events_{{{"message", "custom"}, {"OK", "OVERLOADED"}, {"OVERLOADED"}}};
  mqtt::SessionPool pool_{PoolOptions()};
  fanout::DirectPublisher direct_{
      pool_, *fanout::TopicTemplate::Parse("{environment}/{user_id}", "test"), FanoutOptions()};
  fanout::KeyedPublisher keyed_{direct_, direct_.admission(), {}};
};

TEST_F(BridgeMetricsTest, EverySeriesExistsFromTheStart) {
  calls_.Add({"package.Service", "Method", "unary"});
  const std::string text = Text();
  const std::string method =
      R"({grpc_type="unary",grpc_service="package.Service",grpc_method="Method")";
  for (const std::string& line :
       {std::string("dino_bridge_build_info{version=\"1.2.3\"} 1\n"),
        "grpc_server_started_total" + method + "} 0\n",
        "grpc_server_msg_received_total" + method + "} 0\n",
        "grpc_server_msg_sent_total" + method + "} 0\n",
        "grpc_server_handled_total" + method + ",grpc_code=\"OK\"} 0\n",
        "grpc_server_handled_total" + method + ",grpc_code=\"Unauthenticated\"} 0\n",
        "grpc_server_handling_seconds_bucket" + method + ",le=\"0.0001\"} 0\n",
        "grpc_server_handling_seconds_bucket" + method + ",le=\"30\"} 0\n",
        "grpc_server_handling_seconds_bucket" + method + ",le=\"+Inf\"} 0\n",
        std::string("dino_bridge_calls_refused_total{reason=\"CALLER_NOT_ALLOWED\"} 0\n"),
        std::string("dino_bridge_events_total{via=\"stream\",result=\"OVERLOADED\"} 0\n"),
        std::string(
            "dino_bridge_failed_recipients_total{event_type=\"custom\",reason=\"OVERLOADED\"} 0\n"),
        std::string(
            "dino_bridge_publications_total{event_type=\"custom\",outcome=\"unknown\"} 0\n"),
        std::string("dino_bridge_fanout_recipients_bucket{le=\"10000\"} 0\n"),
        std::string("dino_bridge_idempotency_keys 0\n"),
        std::string("dino_bridge_idempotency_keys_forgotten_early_total 0\n"),
        std::string("dino_bridge_idempotency_replays_total 0\n"),
        std::string("dino_bridge_idempotency_joined_calls_total 0\n"),
        std::string("dino_bridge_resumed_recipients_total 0\n"),
        std::string("dino_bridge_puback_seconds_count 0\n"),
        std::string("dino_bridge_in_flight_publications 0\n"),
        std::string("dino_bridge_pending_publications_limit 77\n"),
        std::string("dino_bridge_session_losses_total{broker=\"two:1883\",reason=\"closed\"} 0\n"),
        std::string("dino_bridge_health{verdict=\"good\"} 1\n"),
        std::string("dino_bridge_health{verdict=\"down\"} 0\n"),
        std::string("dino_bridge_problems{kind=\"broker_lost\"} 0\n"),
        std::string("dino_bridge_broker_users_ratio{broker=\"two:1883\",users=\"moved\"} 0\n"),
        std::string("dino_bridge_broker_answers_total{broker=\"two:1883\",answer=\"refused\"} 0\n"),
        std::string("dino_bridge_broker_left{broker=\"two:1883\"} 0\n"),
        "dino_bridge_broker_set_digest " + std::to_string(pool_.broker_digest()) + "\n",
        std::string("dino_bridge_confined_topics{broker=\"two:1883\"} 0\n"),
        std::string("dino_bridge_unsolicited_publications_total{broker=\"two:1883\"} 0\n"),
        std::string("dino_bridge_key_file_errors_total 0\n"),
        std::string("dino_bridge_key_file_invalid 0\n"),
        std::string("dino_bridge_tls_files_invalid 0\n"),
        std::string("dino_bridge_memory_limit_bytes +Inf\n"),
        std::string("dino_bridge_grpc_errors_total 0\n"),
        std::string("dino_bridge_revocation_lists_unreadable 0\n")}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(BridgeMetricsTest, ShowsTheVerdictAndHowManyProblemsOfEachKindThereAre) {
  Sources sources = MakeSources();
  sources.health = [] {
    health::Health health;
    health.verdict = health::Verdict::kDegraded;
    health.problems.resize(2);
    for (health::Problem& problem : health.problems) {
      problem.kind = health::ProblemKind::kBrokerSlow;
    }
    return health;
  };
  const std::string text = BridgeMetrics(sources).Text();
  for (const char* line :
       {"dino_bridge_health{verdict=\"good\"} 0\n", "dino_bridge_health{verdict=\"degraded\"} 1\n",
        "dino_bridge_problems{kind=\"broker_slow\"} 2\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(BridgeMetricsTest, ADisconnectedSessionShowsTheBrokerItWillTry) {
  const std::string text = Text();
  for (const char* line :
       {"{broker=\"one:1883\",state=\"connected\"} 0\n",
        "{broker=\"one:1883\",state=\"waiting\"} 2\n",
        "{broker=\"two:1883\",state=\"waiting\"} 1\n",
        "dino_bridge_waiting_sessions{broker=\"one:1883\",reason=\"none\"} 2\n",
        "dino_bridge_waiting_sessions{broker=\"two:1883\",reason=\"tls\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(BridgeMetricsTest, ShowsTheCounts) {
  transport::MethodMeter& meter = calls_.Add({"package.Service", "Method", "unary"});
  meter.Started();
  meter.Received();
  meter.Handled(14, std::chrono::milliseconds(2));
  calls_.Refused("OVERLOADED");
  calls_.Refused("of a later version");
  events_.Succeeded(api::EventMeter::Via::kUnary);
  events_.Ended(api::EventMeter::Via::kBatch, "OVERLOADED");
  events_.Failed(1, "OVERLOADED", 20);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("grpc_method=\"Method\",grpc_code=\"Unavailable\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("grpc_method=\"Method\",le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("grpc_method=\"Method\",le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("reason=\"OVERLOADED\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("later")));
  EXPECT_THAT(text, HasSubstr("dino_bridge_events_total{via=\"unary\",result=\"OK\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("via=\"batch\",result=\"OVERLOADED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{event_type=\"custom\",reason=\"OVERLOADED\"} 20\n"));
}

TEST_F(BridgeMetricsTest, ShowsFilesAndLimits) {
  Sources sources = MakeSources();
  sources.certificates = [] {
    return std::vector<Sources::Certificate>{
        {"/etc/tls.crt", std::chrono::system_clock::time_point(std::chrono::seconds(1000000))}};
  };
  sources.key_file_errors = [] { return 2; };
  sources.grpc_errors = [] { return 500; };
  sources.refused_connections = [] { return Sources::Counts{{"descriptors", 12}}; };
  sources.key_file_current = [] { return false; };
  sources.tls_files_current = [] { return false; };
  sources.memory_limit = 1 << 20;
  sources.revocation_lists_readable = [] { return false; };
  const std::string text = BridgeMetrics(sources).Text();
  EXPECT_THAT(
      text,
      HasSubstr("dino_bridge_certificate_expiry_timestamp_seconds{file=\"/etc/tls.crt\"} 1000000"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_key_file_errors_total 2\n"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_grpc_errors_total 500\n"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_revocation_lists_unreadable 1\n"));
  EXPECT_THAT(text,
              HasSubstr("dino_bridge_connections_refused_total{reason=\"descriptors\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_key_file_invalid 1\n"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_tls_files_invalid 1\n"));
  EXPECT_THAT(text, HasSubstr("dino_bridge_memory_limit_bytes 1048576\n"));
}

TEST_F(BridgeMetricsTest, APathThatIsNotTextIsMadePrintable) {
  Sources sources = MakeSources();
  sources.certificates = [] {
    return std::vector<Sources::Certificate>{{"/etc/\xff\n\"\\.crt", {}}};
  };
  EXPECT_THAT(BridgeMetrics(sources).Text(), HasSubstr(R"({file="/etc/??\"\\.crt"} 0)"));
}

TEST_F(BridgeMetricsTest, EachCallerOfTheKeyFileHasItsSeries) {
  Sources sources = MakeSources();
  sources.callers = [] { return Sources::CallerUsage{{"chat", {7, 21, 2}}, {"receipts", {}}}; };
  const std::string text = BridgeMetrics(sources).Text();
  for (const char* line : {"dino_bridge_caller_events_total{caller=\"chat\"} 7\n",
                           "dino_bridge_caller_recipients_total{caller=\"chat\"} 21\n",
                           "dino_bridge_caller_quota_refusals_total{caller=\"chat\"} 2\n",
                           "dino_bridge_caller_events_total{caller=\"receipts\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace dino::metrics
