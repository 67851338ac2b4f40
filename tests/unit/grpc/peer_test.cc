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

TEST(AddressOfTest, ReadsAsPeopleWriteIt) {
  EXPECT_EQ(AddressOf("ipv4:10.0.0.1:50000"), "10.0.0.1:50000");
  EXPECT_EQ(AddressOf("ipv6:%5B2001:db8::1%5D:50000"), "[2001:db8::1]:50000");
  EXPECT_EQ(AddressOf("unix:/a"), "unix:/a");
}

}  // namespace
}  // namespace dino::transport
