#include "server/mqtt/link/socket_connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/link/connect_failure.h"
#include "tests/support/mqtt/fake_broker.h"

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;
using testing::FakeBroker;
using testing::FakeConnection;
using ::testing::HasSubstr;
using testing::kPatience;
using ::testing::SizeIs;

// Where nobody listens.
constexpr char kOtherAddress[] = "127.0.0.9";

class SocketConnectorTest : public ::testing::Test {
 protected:
  void Make(ConnectOptions options = {}) {
    connector_ = std::make_unique<SocketConnector>(
        std::move(options), poller_, [this](const std::string& host) { asked_.push_back(host); },
        [this](const absl::Status& status) { ends_.push_back(status); });
  }

  Connector::Target Target(const std::string& host, std::size_t choice = 0) const {
    return {{host, broker_.port()}, choice, "client"};
  }

  // Drives the connector until its next word, and returns that.
  absl::Status Next() {
    const std::size_t seen = ends_.size();
    const Clock::time_point limit = Clock::now() + kPatience;
    while (ends_.size() == seen && Clock::now() < limit) {
      poller_.Wait(std::min(connector_->NextTimer(), limit));
      connector_->Advance(Clock::now());
    }
    if (ends_.size() == seen) return absl::DeadlineExceededError("the connector says nothing");
    return ends_.back();
  }

  // Starts an attempt that ends at once because nobody listens there, and returns where it led.
  std::string EndpointOf(const Connector::Target& target, const Resolver::Addresses& addresses) {
    connector_->Start(target);
    connector_->OnResolved(target.broker.host, addresses);
    connector_->Cancel();
    return connector_->endpoint();
  }

  // Begins an attempt, and lets the network reach the broker.
  FakeConnection Reach() {
    connector_->Start(Target("127.0.0.1"));
    const Clock::time_point limit = Clock::now() + kPatience;
    const Clock::duration reach = ConnectOptions().reach_timeout;
    while (connector_->NextTimer() == connector_->began_at() + reach && Clock::now() < limit) {
      poller_.Wait(limit);
    }
    return broker_.Accept();
  }

  std::string At(const std::string& address) const {
    return HostPort{address, broker_.port()}.ToString();
  }

  FakeBroker broker_;
  EpollPoller poller_;
  std::vector<std::string> asked_;
  std::vector<absl::Status> ends_;
  std::unique_ptr<Connector> connector_;
};

// Answers at once, which the system's resolver never does.
TEST_F(SocketConnectorTest, LooksANameUpForEachAttemptAndUsesAllItsAddressesInTurn) {
  Make();
  const Resolver::Addresses both = {"127.0.0.1", kOtherAddress};
  EXPECT_EQ(EndpointOf(Target("broker", 0), both), At("127.0.0.1"));
  EXPECT_EQ(EndpointOf(Target("broker", 1), both), At(kOtherAddress));
  EXPECT_EQ(EndpointOf(Target("broker", 2), both), At("127.0.0.1"));
  EXPECT_EQ(EndpointOf(Target("broker", 0), {kOtherAddress}), At(kOtherAddress)) << "it has moved";
  EXPECT_THAT(asked_, ElementsAre("broker", "broker", "broker", "broker"));
}

TEST_F(SocketConnectorTest, WaitsForTheFirstLookUpHoweverSlow) {
  ConnectOptions options;
  options.look_up_timeout = Clock::duration::zero();
  Make(options);
  connector_->Start(Target("broker"));
  connector_->Advance(Clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(connector_->idle());
  connector_->OnResolved("broker", Resolver::Addresses{"127.0.0.1"});
  FakeConnection connection = broker_.Accept();
  connection.Send(testing::ConnAck{});
  EXPECT_TRUE(Next().ok());
  EXPECT_TRUE(connector_->ready());
}

TEST_F(SocketConnectorTest, UsesTheLastAddressesWhileTheNameServersAreSilent) {
  Make();
  EndpointOf(Target("broker"), {kOtherAddress});
  connector_->Start(Target("broker"));
  connector_->Advance(Clock::now());
  EXPECT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(connector_->began_at() + ConnectOptions().look_up_timeout, connector_->NextTimer());
  connector_->Advance(connector_->NextTimer());
  EXPECT_EQ(connector_->endpoint(), At(kOtherAddress));
  // The answer comes late, and is good for the next time.
  connector_->OnResolved("broker", Resolver::Addresses{"127.0.0.1"});
  EXPECT_EQ(connector_->endpoint(), At(kOtherAddress));
  connector_->Start(Target("broker"));
  connector_->Advance(connector_->NextTimer());
  EXPECT_EQ(connector_->endpoint(), At("127.0.0.1"));
}

TEST_F(SocketConnectorTest, UsesTheLastAddressesWhenALookUpFails) {
  Make();
  EndpointOf(Target("broker"), {kOtherAddress});
  connector_->Start(Target("broker"));
  connector_->OnResolved("broker", absl::UnavailableError("no name server"));
  EXPECT_EQ(connector_->endpoint(), At(kOtherAddress));
}

TEST_F(SocketConnectorTest, ANameThatIsGoneHasNoAddresses) {
  Make();
  EndpointOf(Target("broker"), {kOtherAddress});
  for (const absl::Status& answer :
       {absl::NotFoundError("no such name"), absl::UnavailableError("no name server")}) {
    ends_.clear();
    connector_->Start(Target("broker"));
    connector_->OnResolved("broker", answer);
    ASSERT_THAT(ends_, SizeIs(1));
    EXPECT_EQ(ends_.front().message(), answer.message());
    EXPECT_EQ(ConnectFailureOf(ends_.front()), ConnectFailure::kName);
    EXPECT_TRUE(connector_->idle());
  }
}

TEST_F(SocketConnectorTest, AnAnswerForAnotherNameIsNotTaken) {
  Make();
  connector_->Start(Target("broker"));
  connector_->OnResolved("other", Resolver::Addresses{kOtherAddress});
  connector_->OnResolved("broker", Resolver::Addresses{"127.0.0.1"});
  EXPECT_EQ(connector_->endpoint(), At("127.0.0.1"));
}

TEST_F(SocketConnectorTest, DoesNotConnectToWhatIsExcepted) {
  Make();
  Connector::Target target = Target("broker");
  target.except = At("127.0.0.1");
  connector_->Start(target);
  connector_->OnResolved("broker", Resolver::Addresses{"127.0.0.1"});
  ASSERT_THAT(ends_, SizeIs(1));
  EXPECT_TRUE(absl::IsAlreadyExists(ends_.front()));
  broker_.ExpectNoConnection();
}

TEST_F(SocketConnectorTest, GivesABrokerMoreTimeWithEachSilence) {
  Make();
  for (const int patience : {5, 10, 20, 30, 30}) {
    const FakeConnection silent = Reach();
    EXPECT_EQ(connector_->NextTimer() - connector_->began_at(), std::chrono::seconds(patience));
    connector_->Advance(connector_->NextTimer());
    EXPECT_EQ(std::string(ends_.back().message()), "no CONNACK in time");
    EXPECT_EQ(ConnectFailureOf(ends_.back()), ConnectFailure::kSilent);
  }
  // Somebody who answers is not waited for that long again.
  for (const std::uint8_t code : {0x88, 0x00}) {
    FakeConnection slow = Reach();
    testing::ConnAck answer;
    answer.reason_code = code;
    slow.Send(answer);
    EXPECT_EQ(Next().ok(), code == 0);
    const FakeConnection silent = Reach();
    EXPECT_EQ(connector_->NextTimer() - connector_->began_at(), std::chrono::seconds(5));
    connector_->Advance(connector_->NextTimer());
  }
}

TEST_F(SocketConnectorTest, WaitsAsLongAsItIsToldToBeforeThat) {
  ConnectOptions options;
  options.connect_timeout = std::chrono::seconds(40);
  Make(options);
  for (int i = 0; i < 2; ++i) {
    const FakeConnection silent = Reach();
    EXPECT_EQ(connector_->NextTimer() - connector_->began_at(), std::chrono::seconds(40));
    connector_->Advance(connector_->NextTimer());
  }
}

TEST_F(SocketConnectorTest, SaysWhenAReadyConnectionIsLost) {
  Make();
  connector_->Start(Target("127.0.0.1"));
  FakeConnection connection = broker_.AcceptSession();
  ASSERT_TRUE(Next().ok());
  connection.Send(testing::Disconnect{0x8B, testing::Form::kReasonCode});
  EXPECT_THAT(std::string(Next().message()), HasSubstr("0x8b"));
  EXPECT_TRUE(connector_->idle());
}

TEST_F(SocketConnectorTest, SaysWhyTheBrokerRefuses) {
  for (const auto& [code, failure] :
       {std::pair(0x88, ConnectFailure::kRefused), std::pair(0x86, ConnectFailure::kLogin)}) {
    Make();
    connector_->Start(Target("127.0.0.1"));
    testing::ConnAck refusal;
    refusal.reason_code = static_cast<std::uint8_t>(code);
    FakeConnection connection = broker_.Accept();
    connection.Send(refusal);
    const absl::Status status = Next();
    EXPECT_THAT(std::string(status.message()), HasSubstr("broker refused: 0x8"));
    EXPECT_EQ(ConnectFailureOf(status), failure);
  }
}

TEST_F(SocketConnectorTest, SaysThatItsOwnFilesCannotBeRead) {
  ConnectOptions options;
  BrokerAccessOptions access;
  access.username = "bridge";
  access.password_file = "/nowhere/password";
  options.access = std::make_shared<BrokerAccess>(access);
  Make(options);
  connector_->Start(Target("127.0.0.1"));
  ASSERT_THAT(ends_, SizeIs(1));
  EXPECT_EQ(ConnectFailureOf(ends_.front()), ConnectFailure::kFiles);
}

TEST_F(SocketConnectorTest, WhereNobodyListensTheNetworkIsToBlame) {
  Make();
  connector_->Start(Target(kOtherAddress));
  // The system may have said so at once.
  const absl::Status end = ends_.empty() ? Next() : ends_.back();
  EXPECT_EQ(ConnectFailureOf(end), ConnectFailure::kNetwork);
  EXPECT_THAT(end.message(), HasSubstr("Connection refused"));
}

}  // namespace
}  // namespace dino::mqtt
