#include "server/net/http_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/support/process/http_client.h"

namespace dino::net {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kLong = std::chrono::duration_cast<milliseconds>(testing::kPatience);

// A server for one connection, which reads `request` and answers.
class OneAnswer {
 public:
  OneAnswer(std::size_t request_bytes, std::string answer)
      : listener_(testing::ListenOnLoopback(port_.number())),
        thread_([this, request_bytes, answer = std::move(answer)] { Run(request_bytes, answer); }) {
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() { thread_.join(); }

  std::uint16_t port() const { return port_.number(); }
  // Of the request; once the answer was received.
  std::size_t received() const { return received_; }

 private:
  void Run(std::size_t request_bytes, const std::string& answer) {
    const testing::FileDescriptor socket(accept(listener_.number(), nullptr, nullptr));
    std::string buffer(65536, '\0');
    while (received_ < request_bytes) {
      const ssize_t count = recv(socket.number(), buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      received_ += static_cast<std::size_t>(count);
    }
    testing::SendAll(socket, answer);
  }

  const testing::LoopbackPort port_;
  const testing::FileDescriptor listener_;
  std::size_t received_ = 0;
  std::thread thread_;
};

TEST(HttpRequestTest, SendsAllAndReturnsTheStatusLine) {
  const std::string request(5000000, 'x');
  const OneAnswer server(request.size(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const auto answer = RequestHttp("127.0.0.1", server.port(), request, kLong);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "HTTP/1.1 200 OK");
  EXPECT_EQ(server.received(), request.size());
}

TEST(HttpRequestTest, AnEmptyHostIsThisMachine) {
  const OneAnswer server(1, "HTTP/1.1 404 Not Found\r\n");
  EXPECT_EQ(RequestHttp("", server.port(), "x", kLong).value_or(""), "HTTP/1.1 404 Not Found");
}

TEST(HttpRequestTest, FailsWithoutAnAnswer) {
  const OneAnswer server(1, "");
  EXPECT_THAT(std::string(RequestHttp("127.0.0.1", server.port(), "x", kLong).status().message()),
              HasSubstr("no response"));
}

TEST(HttpRequestTest, DoesNotWaitForASilentServer) {
  const testing::LoopbackPort port;
  const testing::FileDescriptor listener = testing::ListenOnLoopback(port.number());
  EXPECT_FALSE(RequestHttp("127.0.0.1", port.number(), "x", milliseconds(20)).ok());
}

TEST(HttpRequestTest, SaysThatNobodyListensAndThatANameHasNoAddress) {
  const testing::LoopbackPort port;
  EXPECT_THAT(std::string(RequestHttp("127.0.0.1", port.number(), "x", kLong).status().message()),
              HasSubstr("refused"));
  EXPECT_FALSE(RequestHttp("no such name", port.number(), "x", kLong).ok());
}

}  // namespace
}  // namespace dino::net
