#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "dino/events/v1/server_info.pb.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"

namespace dino::testing {
namespace {

using google::protobuf::util::TimeUtil;

v1::GetServerInfoResponse InfoOf(BridgeProcess& bridge) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::GetServerInfoResponse response;
  const grpc::Status status = bridge.stub().GetServerInfo(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << Describe(status);
  return response;
}

TEST(ServerInfoTest, ReportsTheVersionOfTheProgram) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address());
  Subprocess program({BridgeProgram(), "--version"});
  const auto line = program.NextLine(Subprocess::Output::kStdout, Clock::now() + kPatience);
  program.Wait();

  const std::string version = InfoOf(bridge).version();
  EXPECT_FALSE(version.empty());
  ASSERT_TRUE(line.has_value());
  EXPECT_NE(line->find(version), std::string::npos) << *line;
}

TEST(ServerInfoTest, ReportsTheConfiguredLimits) {
  const MosquittoBroker broker;
  BridgeProcess bridge(
      broker.address(),
      {"--max-recipients=11", "--max-payload-bytes=2000", "--max-pending-publications=30000",
       "--max-pending-bytes=4000000", "--default-deadline=1500ms", "--default-expiry=60s",
       "--idempotency-window=70s", "--idempotency-memory=65536"});
  const v1::ServerLimits limits = InfoOf(bridge).limits();
  EXPECT_EQ(limits.max_recipients(), 11U);
  EXPECT_EQ(limits.max_payload_bytes(), 2000U);
  EXPECT_EQ(limits.max_batch_events(), 1000U);
  EXPECT_EQ(limits.max_request_bytes(), 4194304U);
  EXPECT_EQ(limits.max_publish_streams(), 1000U);
  EXPECT_EQ(limits.max_open_stream_events(), 1000U);
  EXPECT_EQ(limits.max_pending_publications(), 30000U);
  EXPECT_EQ(limits.max_pending_bytes(), 4000000U);
  EXPECT_EQ(TimeUtil::DurationToMilliseconds(limits.default_deadline()), 1500);
  EXPECT_EQ(TimeUtil::DurationToSeconds(limits.default_expiry()), 60);
  EXPECT_EQ(TimeUtil::DurationToSeconds(limits.idempotency_window()), 70);
  EXPECT_EQ(limits.idempotency_entries(), 1024U);
}

TEST(ServerInfoTest, ReportsTheStateOfEachSession) {
  FakeBroker broker;
  BridgeProcess bridge(broker.address(), {"--mqtt-sessions=2"});
  ConnAck answer;
  answer.receive_maximum = 5;
  answer.maximum_packet_size = 100000;
  FakeConnection first = broker.AcceptSession(answer);
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  const v1::GetServerInfoResponse info = InfoOf(bridge);
  ASSERT_EQ(info.sessions_size(), 2);
  const bool first_is_up = info.sessions(0).connected();
  const v1::BrokerSession& up = info.sessions(first_is_up ? 0 : 1);
  const v1::BrokerSession& down = info.sessions(first_is_up ? 1 : 0);
  EXPECT_TRUE(up.connected());
  EXPECT_EQ(up.broker(), broker.address());
  EXPECT_EQ(up.announced().receive_maximum(), 5U);
  EXPECT_EQ(up.announced().maximum_qos(), 2U);
  EXPECT_EQ(up.announced().maximum_packet_size(), 100000U);
  EXPECT_EQ(up.reason(), "");
  EXPECT_FALSE(down.connected());
  EXPECT_FALSE(down.has_announced());
  EXPECT_NE(up.client_id(), down.client_id());
  EXPECT_GE(TimeUtil::TimestampToMicroseconds(up.since()),
            TimeUtil::TimestampToMicroseconds(down.since()));
}

TEST(ServerInfoTest, SaysWhyNoBrokerIsConnected) {
  MosquittoBroker broker(MosquittoBroker::Persistence::kNone, MosquittoBroker::Startup::kLater);
  BridgeProcess bridge(broker.address(), {"--mqtt-sessions=1"});
  bridge.WaitForLog("connecting failed");

  const v1::GetServerInfoResponse info = InfoOf(bridge);
  ASSERT_EQ(info.sessions_size(), 1);
  EXPECT_FALSE(info.sessions(0).connected());
  EXPECT_EQ(info.sessions(0).broker(), broker.address());
  EXPECT_NE(info.sessions(0).reason().find("refused"), std::string::npos)
      << info.sessions(0).reason();
}

}  // namespace
}  // namespace dino::testing
