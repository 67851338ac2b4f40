#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A broker with a certificate that accepts only clients with a known certificate and password.
class BrokerTlsTest : public ::testing::Test {
 protected:
  MosquittoBroker::Door Door() {
    const std::string users = authority_.directory() / "users";
    Subprocess passwd({"mosquitto_passwd", "-b", "-c", users, "bridge", "hunter2"});
    EXPECT_EQ(passwd.Wait(), 0);
    std::ofstream(password_) << "hunter2\n";
    const CertificateFiles files = authority_.Issue("IP:127.0.0.1");
    return {"allow_anonymous false",
            "password_file " + users,
            "cafile " + authority_.certificate(),
            "certfile " + files.certificate,
            "keyfile " + files.key,
            "require_certificate true"};
  }

  std::string Address() const { return broker_.address(); }

  std::vector<std::string> Flags() const {
    return {"--mqtt-username=bridge", "--mqtt-password-file=" + password_,
            "--mqtt-tls-ca-file=" + authority_.certificate(),
            "--mqtt-tls-cert-file=" + client_.certificate, "--mqtt-tls-key-file=" + client_.key};
  }

  CertificateAuthority authority_;
  const std::string password_ = authority_.directory() / "password";
  const CertificateFiles client_ = authority_.Issue("DNS:bridge.example");
  MosquittoBroker broker_{Door()};
};

TEST_F(BrokerTlsTest, EventsArriveOverTlsAndNoSecretIsLogged) {
  Subscriber subscriber(broker_.open_port(), "subscriber", {"dms/dev/+"});
  BridgeProcess bridge(Address(), Flags());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "by TLS"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(TextOf(subscriber.Next().payload), "by TLS");
  bridge.BeginStop();
  for (const std::string& line : bridge.RemainingLog()) {
    EXPECT_THAT(line, Not(HasSubstr("hunter2")));
  }
}

TEST_F(BrokerTlsTest, CallsSucceedAgainAfterTheBrokerWasKilled) {
  BridgeProcess bridge(Address(), Flags());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  broker_.Kill();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  broker_.Start();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "again"));
  EXPECT_TRUE(status.ok()) << Describe(status);
}

TEST_F(BrokerTlsTest, ANewPasswordIsUsedWithoutARestart) {
  std::ofstream(password_) << "old";
  BridgeProcess bridge(Address(), Flags());
  bridge.WaitForLog("connecting failed");
  std::ofstream(password_) << "hunter2";

  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
}

TEST_F(BrokerTlsTest, AMissingFileIsReportedAtStartup) {
  std::filesystem::remove(client_.key);
  std::vector<std::string> command = {BridgeProgram(), "--mqtt-brokers=" + Address()};
  for (const std::string& flag : Flags()) command.push_back(flag);
  Subprocess bridge(command);

  EXPECT_EQ(bridge.Wait(), 2);
  std::string told;
  for (const auto& line : bridge.RemainingLines(Subprocess::Output::kStderr)) told += line;
  EXPECT_THAT(told, AllOf(HasSubstr("--mqtt-tls-key-file: cannot read " + client_.key),
                          Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace dino::testing
