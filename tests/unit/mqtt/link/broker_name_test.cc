// Brokers that are known by a name: what name servers do to a pool of sessions.
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "server/mqtt/session/session.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using ::testing::HasSubstr;

// Where nobody listens.
constexpr char kOtherAddress[] = "127.0.0.9";

class BrokerNameTest : public SessionPoolTest {
 protected:
  // What look-ups read: they may outlive the test.
  using SharedFlag = std::shared_ptr<std::atomic<bool>>;

  static SharedFlag NewFlag() { return std::make_shared<std::atomic<bool>>(false); }

  SessionPoolOptions NameOptions(std::uint16_t port, Resolver::LookUp look_up) {
    SessionPoolOptions options = Options(port);
    options.brokers = {{"broker.example", port}};
    options.look_up = std::move(look_up);
    return options;
  }

  SessionChange NextConnected() {
    SessionChange change;
    do {
      change = changes_.Next();
    } while (!change.connected && !HasFailure());
    return change;
  }
};

TEST_F(BrokerNameTest, AChangedAddressIsUsedAtTheNextAttempt) {
  const SharedFlag moved = NewFlag();
  Start(NameOptions(broker_.port(), [moved](const std::string&) {
    return Resolver::Addresses{*moved ? "127.0.0.1" : kOtherAddress};
  }));
  EXPECT_FALSE(changes_.Next().connected);
  *moved = true;
  broker_.AcceptSession();
  EXPECT_EQ(NextConnected().broker, "broker.example:" + std::to_string(broker_.port()));
}

TEST_F(BrokerNameTest, ANameThatDoesNotExistIsToldAndAskedForAgain) {
  const SharedFlag exists = NewFlag();
  Start(NameOptions(broker_.port(), [exists](const std::string&) {
    using Answer = absl::StatusOr<Resolver::Addresses>;
    return *exists ? Answer(Resolver::Addresses{"127.0.0.1"})
                   : Answer(absl::NotFoundError("no such name"));
  }));
  EXPECT_THAT(changes_.Next().reason, HasSubstr("no such name"));
  *exists = true;
  broker_.AcceptSession();
  NextConnected();
}

TEST_F(BrokerNameTest, ASlowNameServerHoldsUpNobodyElse) {
  std::promise<void> answer;
  const std::shared_future<void> answered = answer.get_future().share();
  FakeBroker slow;
  SessionPoolOptions options = NameOptions(slow.port(), [answered](const std::string&) {
    answered.wait();
    return Resolver::Addresses{"127.0.0.1"};
  });
  options.brokers.push_back({"127.0.0.1", broker_.port()});
  options.sessions = 2;
  // One loop, so that whatever waits makes both wait.
  options.loops = 1;
  Start(options);
  FakeConnection connection = Connected();
  const auto batch = RecordingBatch::ForSession(1, "a", {"1"});
  pool_->Publish(batch);
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
  answer.set_value();
  slow.AcceptSession();
  NextConnected();
}

TEST_F(BrokerNameTest, SilentNameServersDoNotDelayAReconnect) {
  std::promise<void> never;
  const std::shared_future<void> answered = never.get_future().share();
  const SharedFlag silent = NewFlag();
  SessionPoolOptions options = NameOptions(broker_.port(), [answered, silent](const std::string&) {
    if (*silent) answered.wait();
    return Resolver::Addresses{"127.0.0.1"};
  });
  options.session.look_up_timeout = std::chrono::milliseconds(30);
  Start(options);
  FakeConnection first = Connected();
  *silent = true;
  first.Close();
  broker_.AcceptSession();
  NextConnected();
  never.set_value();
}

// A look-up that takes until the test has it answered.
struct SlowLookUp {
  absl::StatusOr<Resolver::Addresses> operator()(const std::string& /*host*/) const {
    asked->store(true);
    answered.wait();
    return Resolver::Addresses{kOtherAddress};
  }

  std::shared_ptr<std::atomic<bool>> asked = std::make_shared<std::atomic<bool>>(false);
  std::shared_future<void> answered;
};

TEST_F(BrokerNameTest, AnAnswerThatComesWhileOrAfterWeStopHarmsNothing) {
  enum class When { kBeforeTheStop, kAfterTheStop, kAfterTheEnd };
  for (int round = 0; round < 30; ++round) {
    for (const When when : {When::kBeforeTheStop, When::kAfterTheStop, When::kAfterTheEnd}) {
      std::promise<void> answer;
      SlowLookUp look_up;
      look_up.answered = answer.get_future().share();
      SessionPoolOptions options = NameOptions(broker_.port(), look_up);
      options.session.look_up_timeout = std::chrono::milliseconds(1);
      Start(options);
      while (!look_up.asked->load()) std::this_thread::yield();
      if (when == When::kBeforeTheStop) answer.set_value();
      pool_->Stop();
      if (when == When::kAfterTheStop) answer.set_value();
      pool_.reset();
      if (when == When::kAfterTheEnd) answer.set_value();
    }
  }
}

}  // namespace
}  // namespace dino::mqtt::session_test
