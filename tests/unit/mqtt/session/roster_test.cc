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

}  // namespace
}  // namespace dino::mqtt
