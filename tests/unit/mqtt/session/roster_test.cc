#include "server/mqtt/session/roster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Brokers 0 and 1 with two sessions each from the start: 0 and 2, 1 and 3.
class RosterTest : public ::testing::Test {
 protected:
  RosterTest() {
    for (const char* address : {"10.0.0.1", "10.0.0.2"}) AddBroker(address, /*at_start=*/true);
    for (const std::uint32_t broker : {0U, 1U, 0U, 1U}) roster_.AddSession(broker, "id");
  }

  std::uint32_t AddBroker(const std::string& address, bool at_start) {
    return roster_.AddBroker({kName, address}, std::make_shared<BrokerHealth>(), at_start);
  }
  // With one session, which has joined.
  std::uint32_t AddNewcomer(const std::string& address) {
    const std::uint32_t broker = AddBroker(address, /*at_start=*/false);
    const std::uint32_t session = roster_.AddSession(broker, "id");
    roster_.SetServing(session, true);
    EXPECT_TRUE(roster_.Joined(session));
    return session;
  }

  const HostPort kName{"brokers", 1883};
  Roster roster_;
};

TEST_F(RosterTest, AHomeIsServedByItsOwnBrokerIfItCanBe) {
  for (const std::uint32_t session : {1U, 2U, 3U}) roster_.SetServing(session, true);
  EXPECT_THAT(roster_.StandbysOf(0).sessions(), ElementsAre(2));
  roster_.SetServing(2, false);
  EXPECT_THAT(roster_.StandbysOf(0).sessions(), ElementsAre(1));
  roster_.SetServing(1, false);
  EXPECT_THAT(roster_.StandbysOf(0).sessions(), ElementsAre(3));
  roster_.SetServing(3, false);
  EXPECT_TRUE(roster_.StandbysOf(0).empty());
}

TEST_F(RosterTest, AGuestHomeIsServedByAllBrokersAlsoByItsSession) {
  roster_.SetServing(0, true);
  roster_.SetServing(3, true);
  EXPECT_THAT(roster_.StandbysOf(GuestOf(0)).sessions(), UnorderedElementsAre(0, 3));
  EXPECT_FALSE(roster_.SameBroker(GuestOf(0), 0));
}

TEST_F(RosterTest, ABrokerJoinsWithItsFirstSessionAndAgainAfterAllWereLost) {
  roster_.SetServing(0, true);
  roster_.SetServing(2, true);
  EXPECT_TRUE(roster_.Joined(0));
  EXPECT_FALSE(roster_.Joined(2));
  roster_.SetServing(0, false);
  roster_.SetServing(0, true);
  EXPECT_FALSE(roster_.Joined(0)) << "the other one was there all the time";
  roster_.SetServing(0, false);
  roster_.SetServing(2, false);
  roster_.SetServing(2, true);
  EXPECT_TRUE(roster_.Joined(2));
}

TEST_F(RosterTest, WhoBelongsToANewcomerStaysAGuest) {
  EXPECT_FALSE(roster_.newcomers().has_value());
  AddNewcomer("10.0.0.3");
  const Newcomers first = *roster_.newcomers();
  AddNewcomer("10.0.0.4");
  const Newcomers second = *roster_.newcomers();
  int guests = 0;
  for (std::uint64_t key = 0; key < BrokerMap::kBuckets; ++key) {
    if (!first.Has(key)) continue;
    ++guests;
    EXPECT_TRUE(second.Has(key)) << key;
  }
  EXPECT_GT(guests, static_cast<int>(BrokerMap::kBuckets) / 4);
  EXPECT_LT(guests, static_cast<int>(BrokerMap::kBuckets) / 2);
}

TEST_F(RosterTest, TheDigestIsOfTheBrokersThatAreThereInAnyOrder) {
  Roster other;
  for (const char* address : {"10.0.0.2", "10.0.0.1"}) {
    other.AddBroker({kName, address}, std::make_shared<BrokerHealth>(), /*at_start=*/true);
  }
  EXPECT_EQ(roster_.Digest(), other.Digest());
  const std::uint32_t all = roster_.Digest();
  roster_.SetPresent(1, false);
  EXPECT_NE(roster_.Digest(), all);
  EXPECT_THAT(roster_.Present(kName), ElementsAre(0));
  roster_.SetPresent(1, true);
  EXPECT_EQ(roster_.Digest(), all);
}

TEST_F(RosterTest, ABrokerIsFoundByItsIdentity) {
  EXPECT_EQ(roster_.Find({kName, "10.0.0.2"}), 1U);
  EXPECT_EQ(roster_.Find({kName, "10.0.0.9"}), std::nullopt);
  EXPECT_THAT(roster_.Names(), ElementsAre("brokers:1883/10.0.0.1", "brokers:1883/10.0.0.2"));
}

void Connect(Roster& roster, std::uint32_t session, bool connected, const char* reason = "") {
  roster.Update(session, [&](SessionInfo& info) {
    info.connected = connected;
    info.reason = reason;
  });
}

TEST_F(RosterTest, ABrokerIsConnectedSinceItsFirstSessionAndFullySinceItsLast) {
  const BrokerInfo at_first = roster_.Brokers()[1];
  EXPECT_EQ(at_first.sessions, 2U);
  EXPECT_EQ(at_first.connected, 0U);
  EXPECT_EQ(at_first.last_error, "");
  Connect(roster_, 1, true);
  const BrokerInfo partly = roster_.Brokers()[1];
  EXPECT_EQ(partly.connected, 1U);
  EXPECT_GT(partly.connected_since, at_first.connected_since);
  EXPECT_EQ(partly.all_since, at_first.all_since);
  Connect(roster_, 3, true);
  const BrokerInfo fully = roster_.Brokers()[1];
  EXPECT_EQ(fully.connected_since, partly.connected_since);
  EXPECT_GT(fully.all_since, at_first.all_since);
  Connect(roster_, 1, false, "connection refused");
  const BrokerInfo lost = roster_.Brokers()[1];
  EXPECT_EQ(lost.connected, 1U);
  EXPECT_EQ(lost.last_error, "connection refused");
  EXPECT_GE(lost.last_error_at, fully.all_since);
  EXPECT_EQ(roster_.Brokers()[0].last_error, "");
}

TEST_F(RosterTest, ABrokerThatWasLeftIsDownOnceEachSessionHasTriedInVain) {
  const auto fail = [this](std::uint32_t session) {
    roster_.Update(session, [](SessionInfo& info) { info.failure = ConnectFailure::kNetwork; });
  };
  Connect(roster_, 1, true);
  roster_.SetLeft(1, true);
  const BrokerInfo left = roster_.Brokers()[1];
  EXPECT_TRUE(left.left);
  Connect(roster_, 1, false, "no PUBACK in time");
  fail(3);
  EXPECT_TRUE(roster_.Brokers()[1].left) << "the other is only between two attempts";
  fail(1);
  const BrokerInfo down = roster_.Brokers()[1];
  EXPECT_FALSE(down.left);
  EXPECT_GE(down.connected_since, left.left_since);
  Connect(roster_, 3, true);
  EXPECT_TRUE(roster_.Brokers()[1].left);
  EXPECT_GE(roster_.Brokers()[1].left_since, down.connected_since);
}

TEST_F(RosterTest, UsersWaitForTheirBrokerThenMoveAndComeBack) {
  roster_.MakeRoutes();
  for (const std::uint32_t session : {0U, 1U, 2U, 3U}) roster_.SetServing(session, true);
  const double home = roster_.Brokers()[0].home_share;
  EXPECT_GT(home, 0.4);
  EXPECT_DOUBLE_EQ(home + roster_.Brokers()[1].home_share, 1);
  roster_.SetServing(0, false);
  EXPECT_DOUBLE_EQ(roster_.Brokers()[0].waiting_share, home / 2);
  roster_.SetUsersAway(0, true);
  EXPECT_EQ(roster_.Brokers()[0].waiting_share, 0);
  EXPECT_EQ(roster_.Brokers()[0].moved_share, 0) << "its other session serves them";
  roster_.SetServing(2, false);
  roster_.SetUsersAway(2, true);
  EXPECT_DOUBLE_EQ(roster_.Brokers()[0].moved_share, home);
  EXPECT_EQ(roster_.Brokers()[1].moved_share, 0);
  for (const std::uint32_t session : {0U, 2U}) {
    roster_.SetServing(session, true);
    roster_.SetUsersAway(session, false);
  }
  EXPECT_EQ(roster_.Brokers()[0].moved_share, 0);
  EXPECT_EQ(roster_.Brokers()[0].waiting_share, 0);
}

TEST_F(RosterTest, ANewcomerTakesItsShareAndItsUsersMoveWhenItGoes) {
  roster_.MakeRoutes();
  const std::uint32_t session = AddNewcomer("10.0.0.3");
  const double home = roster_.Brokers()[2].home_share;
  EXPECT_GT(home, 0.2);
  EXPECT_EQ(roster_.Brokers()[2].moved_share, 0);
  roster_.SetServing(session, false);
  EXPECT_EQ(roster_.Brokers()[2].moved_share, home);
}

}  // namespace
}  // namespace dino::mqtt
