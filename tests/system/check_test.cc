// What `dino-publish --check` finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"

namespace dino::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The client lies beside the server.
std::string PublishProgram() {
  const std::string& bridge = BridgeProgram();
  return bridge.substr(0, bridge.rfind('/') + 1) + "dino-publish";
}

struct Finding {
  std::optional<int> exit;
  std::string lines;
};

Finding Check(const std::string& address, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> command{PublishProgram(), "--check", "--address=" + address};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Subprocess program(command);
  Finding finding;
  finding.exit = program.Wait();
  for (const auto output : {Subprocess::Output::kStdout, Subprocess::Output::kStderr}) {
    for (const std::string& line : program.RemainingLines(output)) finding.lines += line + "\n";
  }
  return finding;
}

// The finding with that exit status, or the last one. Each step has little time at first, and more
// where another one was too slow.
Finding CheckUntil(int wanted, const std::string& address, std::vector<std::string> arguments) {
  arguments.emplace_back();
  Finding finding;
  for (const char* const timeout : {"1s", "4s", "16s"}) {
    arguments.back() = std::string("--timeout=") + timeout;
    finding = Check(address, arguments);
    if (finding.exit == wanted) break;
  }
  return finding;
}

TEST(CheckTest, NobodyListens) {
  const LoopbackPort port;
  const Finding finding = Check(port.address());
  EXPECT_EQ(finding.exit, 10);
  EXPECT_THAT(finding.lines, HasSubstr("dino-publish: unreachable: " + port.address()));
}

TEST(CheckTest, AServerWithoutABroker) {
  const LoopbackPort nobody;
  const BridgeProcess bridge(nobody.address());
  const Finding finding = Check(bridge.address());
  EXPECT_EQ(finding.exit, 12);
  EXPECT_THAT(finding.lines, HasSubstr("known: by version"));
  EXPECT_THAT(finding.lines, HasSubstr("not ready: no broker: " + nobody.address()));
}

TEST(CheckTest, ACallerWithoutAKey) {
  const TemporaryDirectory directory;
  const std::string keys = directory.path() / "keys";
  std::ofstream(keys) << R"({"callers": [{"name": "chat", "certificates": ["chat"]}]})";
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address(), {"--auth-keys-file=" + keys});
  const Finding finding = Check(bridge.address());
  EXPECT_EQ(finding.exit, 11);
  EXPECT_THAT(finding.lines, HasSubstr("unknown caller: UNAUTHENTICATED"));
}

TEST(CheckTest, AnEventArrivesAtASubscriber) {
  MosquittoBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  const Finding finding =
      Check(bridge.address(), {"--publish=probe", "--receive-from=" + broker.address()});
  EXPECT_EQ(finding.exit, 0) << finding.lines;
  EXPECT_THAT(finding.lines, ContainsRegex("ready: [0-9]+ of [0-9]+ sessions connected\n"));
  EXPECT_THAT(finding.lines, ContainsRegex("acknowledged: event [0-9a-f-]+ after [0-9.]+ ms\n"));
  EXPECT_THAT(finding.lines, ContainsRegex("received: after [0-9.]+ ms from"));
}

TEST(CheckTest, ABrokerWhoseRulesForbidEverything) {
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  // Before that, the broker might not have loaded its rules.
  EXPECT_EQ(Check(bridge.address(), {"--publish=probe"}).exit, 0);
  broker.AnswerWith([](const Publish&) -> std::uint8_t { return 0x87; });
  const Finding finding = Check(bridge.address(), {"--publish=probe"});
  EXPECT_EQ(finding.exit, 14);
  EXPECT_THAT(finding.lines, HasSubstr("dino-publish: refused 0x87: PERMISSION_DENIED"));
  EXPECT_THAT(broker.publications(), SizeIs(2)) << "it is not tried again";
}

TEST(CheckTest, ABrokerThatAcknowledgesNothing) {
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  broker.HoldAcks();
  const Finding finding = CheckUntil(15, bridge.address(), {"--publish=probe"});
  EXPECT_EQ(finding.exit, 15);
  EXPECT_THAT(finding.lines, HasSubstr("not acknowledged: DEADLINE_EXCEEDED"));
  broker.ReleaseAcks();
}

// A mosquitto whose rules let everybody write and nobody read: it acknowledges what it drops.
class DroppingBroker {
 public:
  DroppingBroker()
      : broker_(MosquittoBroker::Door{"allow_anonymous true", "acl_file " + Rules()}) {}

  std::string address() const { return broker_.address(); }

 private:
  std::string Rules() const {
    const std::string path = directory_.path() / "rules";
    std::ofstream(path) << "topic write dms/#\n";
    return path;
  }

  const TemporaryDirectory directory_;
  MosquittoBroker broker_;
};

TEST(CheckTest, ABrokerThatDropsWhatItAcknowledges) {
  const DroppingBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  const Finding finding =
      CheckUntil(17, bridge.address(), {"--publish=probe", "--receive-from=" + broker.address()});
  EXPECT_EQ(finding.exit, 17);
  EXPECT_THAT(finding.lines, HasSubstr("acknowledged: event "));
  EXPECT_THAT(finding.lines, HasSubstr("dino-publish: acknowledged, not received: "));
}

// What becomes of a subscriber at another broker than the bridge's.
class CheckSubscriberTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  Finding ReceiveFrom(const std::string& broker, int wanted, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--publish=probe", "--receive-from=" + broker});
    return CheckUntil(wanted, bridge_.address(), std::move(more));
  }

  AutomaticBroker broker_;
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(CheckSubscriberTest, NoBrokerToReceiveFrom) {
  const LoopbackPort nobody;
  const Finding finding = ReceiveFrom(nobody.address(), 16);
  EXPECT_EQ(finding.exit, 16);
  EXPECT_THAT(finding.lines, HasSubstr("Connection refused"));
  EXPECT_TRUE(broker_.publications().empty());
}

TEST_F(CheckSubscriberTest, ABrokerToReceiveFromThatSaysNothing) {
  const LoopbackPort port;
  const FileDescriptor listener = ListenOnLoopback(port.number());
  const Finding finding = ReceiveFrom(port.address(), 16);
  EXPECT_EQ(finding.exit, 16);
  EXPECT_THAT(finding.lines, HasSubstr("no answer to CONNECT"));
}

TEST_F(CheckSubscriberTest, ABrokerThatRefusesTheSubscriber) {
  const MosquittoBroker closed(MosquittoBroker::Door{"allow_anonymous false"});
  const Finding finding = ReceiveFrom(closed.address(), 16);
  EXPECT_EQ(finding.exit, 16);
  EXPECT_THAT(finding.lines, HasSubstr("the broker refuses the connection: 0x87"));
}

TEST_F(CheckSubscriberTest, TlsIsVerified) {
  CertificateAuthority authority;
  const CertificateFiles files = authority.Issue("IP:127.0.0.1");
  const MosquittoBroker tls(MosquittoBroker::Door{
      "allow_anonymous true", "certfile " + files.certificate, "keyfile " + files.key});
  const std::vector<std::string> arguments{"--mqtt-tls-ca-file=" + authority.certificate()};
  EXPECT_EQ(ReceiveFrom(tls.address(), 17, arguments).exit, 17);
  const CertificateAuthority other;
  const Finding finding =
      ReceiveFrom(tls.address(), 16, {"--mqtt-tls-ca-file=" + other.certificate()});
  EXPECT_EQ(finding.exit, 16);
  EXPECT_THAT(finding.lines, HasSubstr("certificate verify failed"));
}

}  // namespace
}  // namespace dino::testing
