#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/session/router.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using ::testing::ElementsAre;

// Two sessions, each with a broker of its own.
class SessionPoolFailoverTest : public SessionPoolTest {
 protected:
  SessionPoolFailoverTest() {
    SessionPoolOptions options = Options(broker_.port());
    options.brokers.push_back({"127.0.0.1", other_broker_.port()});
    options.sessions = 2;
    options.session.routing.failover_after = std::chrono::milliseconds(100);
    options.session.routing.settle = std::chrono::milliseconds(50);
    Start(options);
  }

  // The home broker's session is connected before the other: its users would move to that.
  FakeConnection ConnectedHome() {
    FakeConnection home = broker_.AcceptSession();
    while (!NextOfHome().connected && !HasFailure()) continue;
    return home;
  }

  // The next move of the users of `broker_`; those of the other one may move, too, until that is
  // connected.
  SessionChange NextMove() {
    SessionChange change;
    do {
      change = NextOfHome();
    } while (change.users == Router::Move::kNone && !HasFailure());
    return change;
  }

  FakeBroker other_broker_;

 private:
  SessionChange NextOfHome() {
    SessionChange change;
    do {
      change = changes_.Next();
    } while (change.broker != broker_.address() && !HasFailure());
    return change;
  }
};

TEST_F(SessionPoolFailoverTest, UsersMoveToAnotherSessionAndBackInOrder) {
  FakeConnection home = ConnectedHome();
  FakeConnection other = other_broker_.AcceptSession();
  PublishBatch("a", {"1", "2"});
  PublishBatch("b", {"1"});
  const Publish first = home.ExpectPublish("1", "a");
  const Publish second = home.ExpectPublish("2", "a");
  home.Send(PubAck{second.packet_id});
  broker_.StopListening();
  home.Close();
  EXPECT_EQ(NextMove().users, Router::Move::kAway);

  const Publish again = other.ExpectPublish("1", "a");
  PublishBatch("c", {"1"});
  other.Send(PubAck{again.packet_id});
  other.Send(PubAck{other.ExpectPublish("1", "b").packet_id});
  const Publish last = other.ExpectPublish("1", "c");

  broker_.Listen();
  FakeConnection back = broker_.AcceptSession();
  EXPECT_EQ(NextMove().users, Router::Move::kBack);
  PublishBatch("d", {"1"});
  PublishBatch("e", {"3"});
  back.ExpectPublish("3", "e");
  other.Send(PubAck{last.packet_id});
  back.ExpectPublish("1", "d");
}

TEST_F(SessionPoolFailoverTest, AStoppedBatchEndsWhereverItIs) {
  FakeConnection home = ConnectedHome();
  FakeConnection other = other_broker_.AcceptSession();
  broker_.StopListening();
  home.Close();
  EXPECT_EQ(NextMove().users, Router::Move::kAway);
  const auto batch = PublishBatch("a", {"1"});
  other.ExpectPublish("1", "a");
  pool_->Stop(batch);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kUnknown));
}

}  // namespace
}  // namespace dino::mqtt::session_test
