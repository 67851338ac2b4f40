#include "server/base/host_port.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/case_name.h"

namespace dino {
namespace {

TEST(HostPortTest, ReadsNamesAndAddresses) {
  HostPort address;
  EXPECT_EQ(ParseHostPort("Broker-1.example_net:1883", 1, address), "");
  EXPECT_EQ(address, (HostPort{"broker-1.example_net", 1883}));
  EXPECT_EQ(ParseHostPort("127.0.0.1:65535", 1, address), "");
  EXPECT_EQ(address, (HostPort{"127.0.0.1", 65535}));
  EXPECT_EQ(ParseHostPort("[2001:DB8::1]:1", 1, address), "");
  EXPECT_EQ(address, (HostPort{"2001:db8::1", 1}));
  EXPECT_EQ(ParseHostPort("localhost:0", 0, address), "");
  EXPECT_EQ(address, (HostPort{"localhost", 0}));
}

struct BadCase {
  std::string name;
  std::string text;
  std::string problem;
};

class BadHostPortTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadHostPortTest, IsRefusedAndChangesNothing) {
  HostPort address{"before", 7};
  EXPECT_EQ(ParseHostPort(GetParam().text, 1, address), GetParam().problem);
  EXPECT_EQ(address, (HostPort{"before", 7}));
}

constexpr char kForm[] = "must be host:port, with an IPv6 address in brackets";
constexpr char kPort[] = "must end in a port from 1 to 65535";
constexpr char kIpv4[] = "must hold a valid IPv4 address";
constexpr char kIpv6[] = "must hold a valid IPv6 address between the brackets";

INSTANTIATE_TEST_SUITE_P(
    All, BadHostPortTest,
    ::testing::Values(
        BadCase{"Empty", "", kForm}, BadCase{"NoPort", "host", kForm},
        BadCase{"NoHost", ":1883", kForm}, BadCase{"EmptyPort", "host:", kPort},
        BadCase{"PortZero", "host:0", kPort}, BadCase{"PortTooLarge", "h:65536", kPort},
        BadCase{"PortNegative", "h:-1", kPort}, BadCase{"PortSigned", "h:+1", kPort},
        BadCase{"PortHex", "h:0x10", kPort}, BadCase{"PortSpace", "h: 1", kPort},
        BadCase{"Ipv6WithoutBrackets", "::1:1883", kForm},
        BadCase{"NameInBrackets", "[host]:1", kIpv6}, BadCase{"OpenBracket", "[::1:1", kForm},
        BadCase{"Ipv4Short", "1.2.3:1", kIpv4}, BadCase{"Ipv4TooLarge", "1.2.3.256:1", kIpv4},
        BadCase{"Space", "a b:1", kForm}, BadCase{"Url", "mqtt://host:1", kForm},
        BadCase{"Credentials", "user:secret@host:1", kForm},
        BadCase{"TooLong", std::string(254, 'a') + ":1", kForm}),
    testing::CaseName());

TEST(HostPortTest, WritesIpv6InBrackets) {
  EXPECT_EQ((HostPort{"::1", 80}.ToString()), "[::1]:80");
  EXPECT_EQ((HostPort{"127.0.0.1", 80}.ToString()), "127.0.0.1:80");
  EXPECT_EQ((HostPort{"broker.example", 80}.ToString()), "broker.example:80");
}

TEST(HostPortTest, SplitsAtTheLastColon) {
  EXPECT_EQ(SplitHostPort("host:80"),
            (std::pair<std::string_view, std::string_view>{"host", "80"}));
  EXPECT_EQ(SplitHostPort("[::1]:"), (std::pair<std::string_view, std::string_view>{"[::1]", ""}));
  EXPECT_EQ(SplitHostPort("host"), std::nullopt);
}

TEST(HostPortTest, RecognizesLoopback) {
  for (const char* host : {"127.0.0.1", "127.255.3.4", "::1", "localhost", "LOCALHOST"}) {
    EXPECT_TRUE((HostPort{host, 1}.IsLoopback())) << host;
  }
  for (const char* host : {"0.0.0.0", "128.0.0.1", "10.0.0.1", "::", "::ffff:10.0.0.1",
                           "localhost.example.net", "127.0.0.1.example.net"}) {
    EXPECT_FALSE((HostPort{host, 1}.IsLoopback())) << host;
  }
}

}  // namespace
}  // namespace dino
