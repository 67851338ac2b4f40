#include "server/grpc/peer.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace dino::transport
