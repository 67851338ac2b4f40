#include "server/app/session_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/log/captured_log.h"

namespace dino::app {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionLogTest : public ::testing::Test {
 protected:
  SessionLogTest() {
    for (int i = 0; i < 4; ++i) Connect(i);
    Look(0);
    // Those of the start.
    captured_.Lines();
    captured_.Take(log::Level::kInfo);
  }

  mqtt::SessionChange Change(int session) const {
    mqtt::SessionChange change;
    change.client_id = "bridge-" + std::to_string(session);
    change.broker = "one:1883";
    return change;
  }
  void Connect(int session) {
    mqtt::SessionChange change = Change(session);
    change.connected = true;
    log_.OnSession(change);
  }
  void Lose(int session, bool was_connected, const std::string& reason = "connection closed") {
    mqtt::SessionChange change = Change(session);
    change.was_connected = was_connected;
    change.reason = reason;
    log_.OnSession(change);
  }
  void Move(int session, mqtt::Router::Move users) {
    mqtt::SessionChange change = Change(session);
    change.users = users;
    log_.OnSession(change);
  }
  void Look(int second) { log_.Look(start_ + seconds(second)); }

  // Since the start.
  std::vector<std::string> Lines() {
    std::vector<std::string> lines = captured_.Lines();
    lines.erase(lines.begin(), lines.begin() + 4);
    return lines;
  }

  log::CapturedLog captured_;
  SessionLog log_{SessionLog::Looks::kWhenAsked};
  const Clock::time_point start_ = Clock::now();
};

TEST_F(SessionLogTest, ABrokerThatIsAwayHasALineAMinute) {
  for (int i = 0; i < 4; ++i) Lose(i, /*was_connected=*/true);
  for (int second = 1; second <= 130; ++second) {
    for (int i = 0; i < 4; ++i) Lose(i, /*was_connected=*/false, "connect: Connection refused");
    Look(second);
  }
  for (int i = 0; i < 4; ++i) Connect(i);
  Look(131);
  const std::string down = R"("level":"warning","message":"broker down: no session is connected",)"
                           R"("broker":"one:1883","sessions":4,"connected":0,"failed_over":0,)";
  EXPECT_THAT(
      Lines(),
      ElementsAre(down + R"("count":8,"reason":"connect: Connection refused"})",
                  down + R"("count":248,"seconds":60,"reason":"connect: Connection refused"})",
                  down + R"("count":488,"seconds":120,"reason":"connect: Connection refused"})",
                  R"("level":"info","message":"broker recovered","broker":"one:1883",)"
                  R"("sessions":4,"connected":4,"failed_over":0,"count":524,"seconds":130})"));
}

TEST_F(SessionLogTest, SomeSessionsAreNotAll) {
  Lose(2, /*was_connected=*/true);
  Look(1);
  for (const int other : {0, 1, 3}) Lose(other, /*was_connected=*/true);
  Look(2);
  EXPECT_THAT(Lines(), ElementsAre(AllOf(HasSubstr("broker degraded: some sessions"),
                                         HasSubstr(R"("connected":3)")),
                                   HasSubstr("broker down")));
}

TEST_F(SessionLogTest, WhoComesBackAtOnceIsNotPassedOver) {
  Lose(2, /*was_connected=*/true, "connection reset");
  Connect(2);
  Look(1);
  Look(2);
  EXPECT_THAT(Lines(), ElementsAre(AllOf(HasSubstr("are connected again"),
                                         HasSubstr(R"("reason":"connection reset")")),
                                   HasSubstr("broker recovered")));
}

TEST_F(SessionLogTest, UsersWhoAreServedElsewhereAreToldOf) {
  Move(2, mqtt::Router::Move::kAway);
  Look(1);
  Move(2, mqtt::Router::Move::kBack);
  Look(2);
  EXPECT_THAT(Lines(), ElementsAre(AllOf(HasSubstr("still served elsewhere"),
                                         HasSubstr(R"("failed_over":1)")),
                                   HasSubstr("broker recovered")));
}

TEST_F(SessionLogTest, ABrokerThatIsLeftHasItsLines) {
  log_.OnBroker("one:1883", true);
  Look(1);
  log_.OnBroker("one:1883", false);
  Look(2);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("broker left: it acknowledges nothing"),
                                   HasSubstr("recovered")));
}

TEST_F(SessionLogTest, ABrokerThatWasLeftAndDiesIsDown) {
  log_.OnBroker("one:1883", true);
  Look(1);
  for (int i = 0; i < 4; ++i) Lose(i, /*was_connected=*/true, "no PUBACK in time");
  for (int i = 0; i < 3; ++i) Lose(i, /*was_connected=*/false, "connect: Connection refused");
  Look(2);
  Lose(3, /*was_connected=*/false, "connect: Connection refused");
  Look(3);
  Look(4);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("broker left: it acknowledges nothing"),
                                   AllOf(HasSubstr("broker down: no session is connected"),
                                         HasSubstr("Connection refused"))));
}

TEST_F(SessionLogTest, ABrokerThatIsGoneFromItsNameIsNoFault) {
  for (int i = 0; i < 4; ++i) {
    mqtt::SessionChange change = Change(i);
    change.retired = true;
    log_.OnSession(change);
  }
  Look(1);
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(SessionLogTest, ThatTheUsersOfABrokerMoveThatIsGoneIsNoFault) {
  for (int i = 0; i < 4; ++i) {
    mqtt::SessionChange change = Change(i);
    change.retired = true;
    log_.OnSession(change);
    change.users = mqtt::Router::Move::kAway;
    log_.OnSession(change);
  }
  Look(1);
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(SessionLogTest, ABrokerThatIsRemovedWhileItIsDownHasNotRecovered) {
  for (int i = 0; i < 4; ++i) Lose(i, /*was_connected=*/true);
  Look(1);
  for (int i = 0; i < 4; ++i) {
    mqtt::SessionChange change = Change(i);
    change.retired = true;
    log_.OnSession(change);
  }
  Look(2);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("broker down"), HasSubstr("broker gone")));
}

TEST_F(SessionLogTest, AtLevelDebugEachSessionHasItsLines) {
  captured_.Take(log::Level::kDebug);
  Lose(1, /*was_connected=*/true);
  Lose(1, /*was_connected=*/false);
  Move(1, mqtt::Router::Move::kAway);
  Connect(1);
  EXPECT_THAT(
      Lines(),
      ElementsAre(HasSubstr("session lost"), HasSubstr("connecting failed"), HasSubstr("failover"),
                  AllOf(HasSubstr(R"("level":"debug")"), HasSubstr("session connected"))));
}

}  // namespace
}  // namespace dino::app
