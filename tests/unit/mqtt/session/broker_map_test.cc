#include "server/mqtt/session/broker_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Brokers(int count) {
  std::vector<std::string> brokers;
  for (int i = 0; i < count; ++i) brokers.push_back("broker-" + std::to_string(i) + ":1883");
  return brokers;
}

std::string OwnerOf(std::uint64_t key, const std::vector<std::string>& brokers) {
  return brokers[BrokerMap(brokers).For(key)];
}

// A replica of another version must come to the same broker: these never change.
TEST(BrokerMapTest, TheMapIsTheSameInEveryVersion) {
  const std::vector<std::string> brokers = {"a:1883", "b:1883", "vmq-2.vmq.svc:1883"};
  const BrokerMap map(brokers);
  std::vector<std::size_t> owners;
  for (std::uint64_t key = 0; key < 24; ++key) owners.push_back(map.For(key));
  EXPECT_THAT(owners,
              ElementsAre(1, 0, 2, 2, 1, 0, 0, 0, 0, 0, 2, 1, 1, 1, 1, 2, 1, 0, 1, 2, 0, 2, 1, 1));
}

TEST(BrokerMapTest, TheOrderOfTheSetMakesNoDifference) {
  std::vector<std::string> brokers = Brokers(7);
  const BrokerMap one(brokers);
  const std::vector<std::string> first = brokers;
  std::reverse(brokers.begin(), brokers.end());
  const BrokerMap other(brokers);
  for (std::uint64_t key = 0; key < BrokerMap::kBuckets; ++key) {
    ASSERT_EQ(first[one.For(key)], brokers[other.For(key)]);
  }
}

TEST(BrokerMapTest, WhenABrokerGoesOnlyItsUsersMove) {
  const std::vector<std::string> all = Brokers(5);
  std::vector<std::string> left = all;
  left.erase(left.begin() + 2);
  const BrokerMap before(all);
  const BrokerMap after(left);
  std::set<std::string> heirs;
  for (std::uint64_t key = 0; key < BrokerMap::kBuckets; ++key) {
    if (all[before.For(key)] == all[2]) {
      heirs.insert(left[after.For(key)]);
    } else {
      ASSERT_EQ(all[before.For(key)], left[after.For(key)]);
    }
  }
  EXPECT_EQ(heirs.size(), 4U) << "all others share its users";
}

TEST(BrokerMapTest, BrokersGetEqualShares) {
  for (const int count : {2, 3, 80}) {
    const BrokerMap map(Brokers(count));
    std::vector<int> shares(static_cast<std::size_t>(count));
    for (std::uint64_t key = 0; key < BrokerMap::kBuckets; ++key) ++shares[map.For(key)];
    const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
    const double fair = static_cast<double>(BrokerMap::kBuckets) / count;
    EXPECT_GT(*least, fair * 0.5) << count;
    EXPECT_LT(*most, fair * 1.6) << count;
  }
}

TEST(BrokerMapTest, OneBrokerHasAll) { EXPECT_EQ(OwnerOf(12345, {"a:1"}), "a:1"); }

}  // namespace
}  // namespace dino::mqtt
