#include "server/mqtt/broker_address.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

TEST(BrokerAddressTest, PutsIpv6InBrackets) {
  EXPECT_EQ((BrokerAddress{"::1", 1883}).ToString(), "[::1]:1883");
  EXPECT_EQ((BrokerAddress{"127.0.0.1", 1883}).ToString(), "127.0.0.1:1883");
  EXPECT_EQ((BrokerAddress{"broker.example", 8883}).ToString(), "broker.example:8883");
}

}  // namespace
}  // namespace dino::mqtt
