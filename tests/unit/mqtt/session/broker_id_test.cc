#include "server/mqtt/session/broker_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> NamesBehind(const Resolver::Addresses& addresses,
                                     bool had_several = false) {
  std::vector<std::string> names;
  for (const BrokerId& id : BrokersBehind({"broker", 1883}, addresses, had_several)) {
    names.push_back(id.ToString());
  }
  return names;
}

TEST(BrokerIdTest, ANameWithOneAddressIsOneBrokerWhereverThatIs) {
  EXPECT_THAT(NamesBehind({"10.0.0.1"}), ElementsAre("broker:1883"));
}

TEST(BrokerIdTest, OfANameWithSeveralEachAddressIsOne) {
  EXPECT_THAT(NamesBehind({"10.0.0.1", "10.0.0.2"}),
              ElementsAre("broker:1883/10.0.0.1", "broker:1883/10.0.0.2"));
  EXPECT_THAT(NamesBehind({"fd00::1", "fd00::2"}),
              ElementsAre("broker:1883/fd00::1", "broker:1883/fd00::2"));
}

TEST(BrokerIdTest, TheLastOneOfSeveralKeepsItsIdentity) {
  EXPECT_THAT(NamesBehind({"10.0.0.1"}, /*had_several=*/true), ElementsAre("broker:1883/10.0.0.1"));
  EXPECT_THAT(NamesBehind({"10.0.0.1", "fd00::1"}, /*had_several=*/true),
              ElementsAre("broker:1883/10.0.0.1"));
}

TEST(BrokerIdTest, ABrokerWithAnAddressOfEachKindIsNotTwo) {
  EXPECT_THAT(NamesBehind({"127.0.0.1", "::1"}), ElementsAre("broker:1883"));
  EXPECT_THAT(NamesBehind({"10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"}),
              ElementsAre("broker:1883/10.0.0.1", "broker:1883/10.0.0.2"));
  EXPECT_THAT(NamesBehind({"fd00::1", "fd00::2", "10.0.0.1"}),
              ElementsAre("broker:1883/fd00::1", "broker:1883/fd00::2"));
}

}  // namespace
}  // namespace dino::mqtt
