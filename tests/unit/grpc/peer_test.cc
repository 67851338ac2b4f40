#include "server/grpc/peer.h"

#include <gtest/gtest.h>

#include <string>

#include "server/net/network.h"

namespace dino::transport {
namespace {

TEST(PeerTest, ItsNetworkIsThatOfItsAddress) {
  EXPECT_EQ(NetworkOf("ipv4:192.0.2.1:443"), net::NetworkOfAddress("192.0.2.1"));
  const std::string ipv6 = net::NetworkOfAddress("2001:db8::1");
  EXPECT_EQ(NetworkOf("ipv6:%5B2001:db8::1%5D:443"), ipv6);
  EXPECT_EQ(NetworkOf("ipv6:[2001:db8::1]:443"), ipv6);
  EXPECT_EQ(NetworkOf("ipv6:%5Bfe80::1%25eth0%5D:443"), net::NetworkOfAddress("fe80::1"));
}

TEST(PeerTest, OthersHaveNone) {
  EXPECT_EQ(NetworkOf("unix:/run/socket"), "");
  EXPECT_EQ(NetworkOf(""), "");
}

TEST(HostOfTest, IsAnIpAddress) {
  EXPECT_EQ(HostOf("ipv4:10.0.0.1:50000"), "10.0.0.1");
  EXPECT_EQ(HostOf("ipv6:%5B::ffff:10.0.0.1%5D:50000"), "::ffff:10.0.0.1");
  EXPECT_EQ(HostOf("ipv6:%5Bfe80::1%25eth0%5D:443"), "fe80::1");
  EXPECT_EQ(HostOf("unix:/run/socket:1"), "");
  EXPECT_EQ(HostOf(""), "");
}

TEST(LastForwardedAddressTest, IsTheLastOne) {
  EXPECT_EQ(LastForwardedAddress("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(LastForwardedAddress("1.1.1.1, 192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(LastForwardedAddress("1.1.1.1,2001:db8::1 "), "2001:db8::1");
  EXPECT_EQ(LastForwardedAddress("192.0.2.1:443"), "192.0.2.1");
  EXPECT_EQ(LastForwardedAddress("[2001:db8::1]:443"), "2001:db8::1");
}

TEST(LastForwardedAddressTest, NothingElseIsOne) {
  for (const std::string text :
       {"", ",", "192.0.2.1,", "unknown", "192.0.2.1, _hidden", "[::1", "300.1.1.1", "1.1.1.1;x"}) {
    EXPECT_EQ(LastForwardedAddress(text), "") << text;
  }
  EXPECT_EQ(LastForwardedAddress(std::string(1000000, ',') + "x"), "");
  EXPECT_EQ(LastForwardedAddress(std::string(1000000, '1')), "");
}

TEST(AddressOfTest, ReadsAsPeopleWriteIt) {
  EXPECT_EQ(AddressOf("ipv4:10.0.0.1:50000"), "10.0.0.1:50000");
  EXPECT_EQ(AddressOf("ipv6:%5B2001:db8::1%5D:50000"), "[2001:db8::1]:50000");
  EXPECT_EQ(AddressOf("unix:/a"), "unix:/a");
}

}  // namespace
}  // namespace dino::transport
