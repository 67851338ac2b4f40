#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/error_details.h"
#include "tests/system/patient_caller.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// An ACL that lets the user `bridge` publish to every user's topic but one.
std::string Rules(const std::string& denied) {
  std::string rules = "user bridge\n";
  if (!denied.empty()) rules += "topic deny dms/dev/" + denied + "\n";
  return rules + "topic write dms/dev/+\n";
}

// As "user outcome code".
std::vector<std::string> FailedRecipients(const v1::PublishFailure& failure) {
  std::vector<std::string> results;
  for (const auto& result : failure.failed_recipients()) {
    results.push_back(std::to_string(result.user_id()) + " " + v1::Outcome_Name(result.outcome()) +
                      " " + std::to_string(result.reason_code()));
  }
  return results;
}

// A mosquitto with an ACL for the bridge's user name, and a second port for anonymous clients.
class BrokerWithRules {
 public:
  explicit BrokerWithRules(const std::string& rules) {
    Subprocess passwd({"mosquitto_passwd", "-b", "-c", File("users"), "bridge", "hunter2"});
    EXPECT_EQ(passwd.Wait(), 0);
    std::ofstream(File("password")) << "hunter2\n";
    std::ofstream(File("rules")) << rules;
    // Not a `MosquittoBroker`, whose queues are unlimited: with `max_queued_messages 0` this
    // version of mosquitto closes the connection after it has refused a publication.
    std::ofstream(File("mosquitto.conf")) << "per_listener_settings true\n"
                                          << "listener " << port_.number() << " 127.0.0.1\n"
                                          << "allow_anonymous false\n"
                                          << "password_file " << File("users") << "\n"
                                          << "acl_file " << File("rules") << "\n"
                                          << "listener " << open_port_.number() << " 127.0.0.1\n"
                                          << "allow_anonymous true\n"
                                          << "max_queued_messages 1000000\n"
                                          << "log_dest stderr\n"
                                          << (geteuid() == 0 ? "user root\n" : "");
    process_.emplace(std::vector<std::string>{"/usr/sbin/mosquitto", "-c", File("mosquitto.conf")});
    WaitForLine(" running");
    // Only its loop accepts connections and handles signals.
    const FileDescriptor probe = ConnectToLoopback(open_port());
    WaitForLine("New connection");
  }

  std::string address() const { return port_.address(); }
  std::uint16_t open_port() const { return open_port_.number(); }
  std::string password_file() const { return File("password"); }

  // Returns when the rules are in force.
  void SetRules(const std::string& rules) {
    std::ofstream(File("rules")) << rules;
    process_->Signal(SIGHUP);
    WaitForLine("Reloading config");
  }

 private:
  std::string File(const char* name) const { return directory_.path() / name; }

  void WaitForLine(std::string_view text) {
    process_->WaitForLine(Subprocess::Output::kStderr, [text](std::string_view line) {
      return line.find(text) != std::string_view::npos;
    });
  }

  const LoopbackPort port_;
  const LoopbackPort open_port_;
  const TemporaryDirectory directory_;
  std::optional<Subprocess> process_;
};

class BrokerRightsTest : public ::testing::Test {
 protected:
  static void ExpectNotAuthorized(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "BROKER_NOT_AUTHORIZED");
  }

  BrokerWithRules broker_{Rules("2")};
  Subscriber subscriber_{broker_.open_port(), "subscriber", {"dms/dev/+", "mark"}};
  RestartableBridge bridge_{
      broker_.address(),
      {"--mqtt-username=bridge", "--mqtt-password-file=" + broker_.password_file()}};
};

TEST_F(BrokerRightsTest, AForbiddenTopicFailsOnlyItsRecipient) {
  bridge_.WaitForReadiness(true);
  const grpc::Status status = bridge_.Publish(MessageRequest({1, 2, 3, 4}, "hello"));

  ExpectNotAuthorized(status);
  const auto failure = DetailOf<v1::PublishFailure>(status);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->recipient_count(), 4U);
  EXPECT_EQ(failure->acknowledged_count(), 3U);
  EXPECT_THAT(FailedRecipients(*failure), ElementsAre("2 OUTCOME_REJECTED 135"));
  const Inboxes inboxes = ByTopic(ReceiveAll(subscriber_, broker_.open_port()));
  EXPECT_EQ(inboxes.size(), 3U);
  for (const std::string topic : {"dms/dev/1", "dms/dev/3", "dms/dev/4"}) {
    ASSERT_EQ(inboxes.count(topic), 1U) << topic;
    EXPECT_THAT(inboxes.at(topic), SizeIs(1)) << topic;
    EXPECT_EQ(inboxes.at(topic).front().UserProperty("event_id"), failure->event_id());
  }
}

TEST_F(BrokerRightsTest, RightsCanBeRevokedAndRestoredWhileConnected) {
  broker_.SetRules(Rules(""));
  bridge_.WaitForReadiness(true);
  PatientCaller unharmed(bridge_.stub(), {1});
  PatientCaller harmed(bridge_.stub(), {2});
  PatientCaller half_harmed(bridge_.stub(), {3, 2});
  for (PatientCaller* caller : {&unharmed, &harmed, &half_harmed}) caller->WaitForSuccesses(20);
  broker_.SetRules(Rules("2"));
  harmed.WaitForFailure();
  half_harmed.WaitForFailure();
  unharmed.WaitForSuccesses(unharmed.successes() + 20);
  broker_.SetRules(Rules(""));
  for (PatientCaller* caller : {&unharmed, &harmed, &half_harmed}) {
    caller->WaitForSuccesses(caller->successes() + 20);
  }
  const auto of_unharmed = unharmed.Stop();
  const auto of_harmed = harmed.Stop();
  const auto of_half_harmed = half_harmed.Stop();

  for (const LogRecord& record : bridge_.Stop()) {
    EXPECT_NE(record.message(), "session lost") << record.Text("reason");
  }
  const Inboxes inboxes = ByTopic(ReceiveAll(subscriber_, broker_.open_port()));
  ExpectDelivered(unharmed, of_unharmed, inboxes);
  for (const PublishedEvent& event : of_unharmed) EXPECT_THAT(event.answers, SizeIs(1));
  for (const auto* events : {&of_harmed, &of_half_harmed}) {
    for (const PublishedEvent& event : *events) {
      for (const grpc::Status& answer : event.answers) {
        if (!answer.ok()) ExpectNotAuthorized(answer);
      }
    }
  }
}

}  // namespace
}  // namespace dino::testing
