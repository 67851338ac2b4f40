#include "server/net/network.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <utility>

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

TEST(AddressTextTest, IsWrittenAsPeopleDo) {
  sockaddr_storage storage{};
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(443);
  inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr);
  std::memcpy(&storage, &ipv4, sizeof(ipv4));
  EXPECT_EQ(AddressText(storage), "192.0.2.1:443");
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(443);
  for (const auto& [address, text] : {std::pair("2001:db8::1", "[2001:db8::1]:443"),
                                      std::pair("::ffff:192.0.2.1", "192.0.2.1:443")}) {
    inet_pton(AF_INET6, address, &ipv6.sin6_addr);
    std::memcpy(&storage, &ipv6, sizeof(ipv6));
    EXPECT_EQ(AddressText(storage), text);
  }
  EXPECT_EQ(AddressText(PeerOf(-1)), "");
}

}  // namespace
}  // namespace dino::net
