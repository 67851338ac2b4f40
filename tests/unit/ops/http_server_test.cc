#include "server/ops/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/process/descriptor_limit.h"
#include "tests/support/process/http_client.h"

namespace dino::ops {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using testing::BodyOf;
using testing::ConnectToLoopback;
using testing::FileDescriptor;
using ::testing::HasSubstr;
using testing::HttpExchange;
using testing::HttpGet;
using testing::PortOf;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    const auto address = server_.Start({"127.0.0.1", 0});
    EXPECT_TRUE(address.ok()) << address.status();
    address_ = *address;
  }

  static constexpr std::size_t kReserve = 3;

  HttpServer server_{
      [](std::string_view path) {
        return HttpResponse{
            200, "text/plain", "you asked for " + std::string(path), {{"X-Own", "1"}}};
      },
      kReserve};
  std::string address_;
};

TEST_F(HttpServerTest, AnswersGet) {
  const std::string answer = HttpGet(address_, "/a/path?query=1");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("X-Own: 1"),
                            HasSubstr("X-Content-Type-Options: nosniff"),
                            HasSubstr("Cache-Control: no-store")));
  EXPECT_EQ(BodyOf(answer), "you asked for /a/path");
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  const std::string answer = HttpExchange(address_, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Length: 15")));
  EXPECT_EQ(BodyOf(answer), "");
}

TEST_F(HttpServerTest, AnswersHttp10) {
  EXPECT_THAT(HttpExchange(address_, "GET / HTTP/1.0\r\n\r\n"), HasSubstr(" 200 "));
}

TEST_F(HttpServerTest, RefusesOtherMethods) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"}) {
    const std::string answer = HttpExchange(
        address_, std::string(method) + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD")))
        << method;
  }
}

TEST_F(HttpServerTest, RefusesMalformedRequests) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
        std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\r\n\r\nnonsense\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\nHost: a\r\n\r\n")}) {
    EXPECT_THAT(
        HttpExchange(address_, bytes),
        AnyOf("", StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.0 4"), StartsWith("HTTP/1.1 505")))
        << bytes;
  }
  EXPECT_THAT(HttpGet(address_, "/"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, LimitsTheHeadOfARequest) {
  const std::string path(100000, 'a');
  EXPECT_THAT(HttpGet(address_, "/" + path), AnyOf("", StartsWith("HTTP/1.1 4")));
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + path + "\r\n\r\n";
  EXPECT_THAT(HttpExchange(address_, head), AnyOf("", StartsWith("HTTP/1.1 4")));
  EXPECT_THAT(HttpGet(address_, "/"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, SlowPeersDelayNobody) {
  std::vector<FileDescriptor> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(ConnectToLoopback(PortOf(address_)));
    ASSERT_TRUE(testing::SendAll(slow.back(), "GET / HT"));
  }
  EXPECT_THAT(HttpGet(address_, "/"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, HoweverManySlowPeersThereAreARequestIsAnswered) {
  for (const std::size_t count : {HttpServer::kMaxConnections, std::size_t{500}}) {
    std::vector<FileDescriptor> slow;
    for (std::size_t i = 0; i < count; ++i) {
      slow.push_back(ConnectToLoopback(PortOf(address_)));
      ASSERT_TRUE(testing::SendAll(slow.back(), "GET / HT"));
    }
    for (int i = 0; i < 25; ++i) {
      EXPECT_THAT(HttpGet(address_, "/"), StartsWith("HTTP/1.1 200 ")) << count << ", " << i;
    }
  }
}

TEST_F(HttpServerTest, TheOldestConnectionsMakeRoomForNewOnes) {
  std::vector<FileDescriptor> many;
  for (std::size_t i = 0; i < HttpServer::kMaxConnections; ++i) {
    many.push_back(ConnectToLoopback(PortOf(address_)));
    ASSERT_TRUE(testing::SendAll(many.back(), "GET / HTTP/1.1\r\n"));
  }
  EXPECT_EQ(testing::ReadAll(many.front()), "");
  ASSERT_TRUE(testing::SendAll(many.back(), "Host: test\r\n\r\n"));
  EXPECT_THAT(testing::ReadAll(many.back()), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, StopClosesConnections) {
  const FileDescriptor idle = ConnectToLoopback(PortOf(address_));
  ASSERT_THAT(HttpGet(address_, "/"), StartsWith("HTTP/1.1 200 "));
  server_.Stop();
  EXPECT_EQ(testing::ReadAll(idle), "");
}

TEST_F(HttpServerTest, ReportsAnUnusableAddress) {
  HttpServer second([](std::string_view) { return HttpResponse(); });
  const auto address = second.Start({"127.0.0.1", PortOf(address_)});
  EXPECT_THAT(std::string(address.status().message()), HasSubstr(address_));
}

TEST_F(HttpServerTest, LeavesTheLastDescriptorsToOthers) {
  // The client's end of the next connection takes this descriptor, and ours the one after it.
  const int next = FileDescriptor(dup(0)).number();
  {
    const testing::DescriptorLimit limit(next + 1 + static_cast<int>(kReserve));
    EXPECT_EQ(HttpGet(address_, "/"), "");
  }
  const testing::DescriptorLimit limit(next + 2 + static_cast<int>(kReserve));
  EXPECT_EQ(BodyOf(HttpGet(address_, "/")), "you asked for /");
}

}  // namespace
}  // namespace dino::ops
