#include "server/net/network.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::net {
namespace {

TEST(NetworkTest, AnIpv4AddressIsOne) {
  EXPECT_EQ(NetworkOfAddress("192.0.2.1"), std::string("\xC0\x00\x02\x01", 4));
  EXPECT_NE(NetworkOfAddress("192.0.2.1"), NetworkOfAddress("192.0.2.2"));
  EXPECT_EQ(NetworkOfAddress("::ffff:192.0.2.1"), NetworkOfAddress("192.0.2.1"));
}

TEST(NetworkTest, AnIpv6AddressCountsToItsNetwork) {
  EXPECT_EQ(NetworkOfAddress("2001:db8::1").size(), 8U);
  EXPECT_EQ(NetworkOfAddress("2001:db8::1"), NetworkOfAddress("2001:db8::2:3:4"));
  EXPECT_NE(NetworkOfAddress("2001:db8::1"), NetworkOfAddress("2001:db8:0:1::1"));
}

TEST(NetworkTest, AnythingElseHasNone) {
  EXPECT_EQ(NetworkOfAddress("localhost"), "");
  EXPECT_EQ(NetworkOfAddress(""), "");
}

}  // namespace
}  // namespace dino::net
