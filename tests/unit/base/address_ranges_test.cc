#include "server/base/address_ranges.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace dino {
namespace {

using ::testing::HasSubstr;

bool Holds(const std::string& ranges, const std::string& address) {
  const auto parsed = AddressRanges::Parse(ranges);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() && parsed->Contains(address);
}

TEST(AddressRangesTest, HoldsWhatHasItsPrefix) {
  EXPECT_TRUE(Holds("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(Holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(Holds("192.0.2.128/25", "192.0.2.255"));
  EXPECT_FALSE(Holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(Holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(AddressRangesTest, AnAddressHoldsOnlyItself) {
  EXPECT_TRUE(Holds("127.0.0.1,::1", "::1"));
  EXPECT_TRUE(Holds("127.0.0.1,::1", "127.0.0.1"));
  EXPECT_FALSE(Holds("127.0.0.1,::1", "127.0.0.2"));
  EXPECT_FALSE(Holds("127.0.0.1,::1", "::2"));
}

TEST(AddressRangesTest, Ipv4IsTheSameInEitherForm) {
  EXPECT_TRUE(Holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(Holds("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "::1"));
  EXPECT_TRUE(Holds("::/0", "10.1.2.3"));
}

TEST(AddressRangesTest, WithoutTextItHoldsNothing) {
  EXPECT_TRUE(AddressRanges::Parse("")->empty());
  EXPECT_FALSE(Holds("", "127.0.0.1"));
  EXPECT_FALSE(AddressRanges().Contains("127.0.0.1"));
}

TEST(AddressRangesTest, WhatIsNoAddressIsInNone) {
  for (const std::string text : {"", "localhost", "10.0.0", "10.0.0.1:1", "[::1]", "::1%lo"}) {
    EXPECT_FALSE(Holds("0.0.0.0/0,::/0", text)) << text;
  }
  EXPECT_FALSE(Holds("0.0.0.0/0", std::string("10.0.0.1\0x", 10)));
}

TEST(AddressRangesTest, HoldsSocketsAddresses) {
  const auto ranges = AddressRanges::Parse("10.0.0.0/8,2001:db8::1");
  ASSERT_TRUE(ranges.ok());
  sockaddr_storage address{};
  EXPECT_FALSE(ranges->Contains(address));
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  inet_pton(AF_INET, "10.1.1.1", &ipv4.sin_addr);
  std::memcpy(&address, &ipv4, sizeof(ipv4));
  EXPECT_TRUE(ranges->Contains(address));
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "2001:db8::1", &ipv6.sin6_addr);
  std::memcpy(&address, &ipv6, sizeof(ipv6));
  EXPECT_TRUE(ranges->Contains(address));
}

TEST(AddressRangesTest, SaysWhatIsWrong) {
  const auto why = [](const std::string& text) {
    return std::string(AddressRanges::Parse(text).status().message());
  };
  EXPECT_EQ(why("10.0.0.1,proxy"), "entry 2 is neither an IP address nor a network");
  EXPECT_THAT(why("10.0.0.1,"), HasSubstr("entry 2 is neither"));
  EXPECT_THAT(why("10.0.0.1, 10.0.0.2"), HasSubstr("neither"));
  EXPECT_THAT(why(std::string("10.0.0.1\0", 9)), HasSubstr("neither"));
  EXPECT_EQ(why("10.0.0.0/33"), "entry 1 must end in /0 to /32");
  EXPECT_EQ(why("::/129"), "entry 1 must end in /0 to /128");
  for (const std::string text :
       {"10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/99999999999"}) {
    EXPECT_THAT(why(text), HasSubstr("must end in")) << text;
  }
  EXPECT_EQ(why("10.0.0.1/8"), "entry 1 has bits set behind its prefix");
}

}  // namespace
}  // namespace dino
