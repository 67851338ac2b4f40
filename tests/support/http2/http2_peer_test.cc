#include "tests/support/http2/http2_peer.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/process/loopback.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

// A peer, and the server's end of its connection.
class Http2PeerTest : public ::testing::Test {
 protected:
  void SendToPeer(const Http2Frame& frame) {
    const std::string bytes = Encode(frame);
    ASSERT_EQ(send(server_.number(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

  // The same, and waits until the peer has read it.
  void Tell(const Http2Frame& frame) {
    SendToPeer(frame);
    SendToPeer({Type::kGoAway, 0, 0, ""});
    peer_.WaitFor(Type::kGoAway, 0);
  }

  // Reads as many bytes as `expected` has, and compares.
  void ExpectBytes(std::string_view expected) {
    std::string bytes(expected.size(), '\0');
    ASSERT_EQ(recv(server_.number(), bytes.data(), bytes.size(), MSG_WAITALL),
              static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(bytes, expected);
  }

  LoopbackPort port_;
  const FileDescriptor listener_ = ListenOnLoopback(port_.number());
  Http2Peer peer_{port_.number()};
  FileDescriptor server_{accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
};

TEST_F(Http2PeerTest, GreetsAndBeginsACall) {
  const Http2Headers headers = GrpcCallHeaders("/a.B/C");
  EXPECT_TRUE(peer_.Greet());
  EXPECT_TRUE(peer_.BeginCall(1, headers));
  ExpectBytes(std::string(kHttp2Preface) + Encode({Type::kSettings, 0, 0, ""}));
  ExpectBytes(Encode({Type::kHeaders, Http2Frame::kEndHeaders, 1, EncodeHeaderBlock(headers)}));
}

TEST_F(Http2PeerTest, AnswersSettingsAndPingsWhileItWaits) {
  SendToPeer({Type::kSettings, 0, 0, "123456"});
  SendToPeer({Type::kPing, 0, 0, "12345678"});
  SendToPeer({Type::kGoAway, 0, 0, "12345678"});
  EXPECT_TRUE(peer_.WaitFor(Type::kGoAway, 0).has_value());
  ExpectBytes(Encode({Type::kSettings, Http2Frame::kAck, 0, ""}));
  ExpectBytes(Encode({Type::kPing, Http2Frame::kAck, 0, "12345678"}));
}

TEST_F(Http2PeerTest, WaitsForTheEndOfItsStream) {
  SendToPeer({Type::kHeaders, Http2Frame::kEndHeaders, 1, "first"});
  SendToPeer({Type::kRstStream, 0, 3, "reset"});
  SendToPeer({Type::kHeaders, Http2Frame::kEndHeaders | Http2Frame::kEndStream, 1, "last"});
  const auto end = peer_.WaitForEndOf(1);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->payload, "last");
  SendToPeer({Type::kRstStream, 0, 5, "reset"});
  EXPECT_TRUE(peer_.WaitForEndOf(5).has_value());
}

TEST_F(Http2PeerTest, WaitsForManyStreamsToEndInAnyOrder) {
  for (const std::uint32_t stream : {5, 1, 1, 3}) SendToPeer({Type::kRstStream, 0, stream, ""});
  peer_.WaitForEnds(3);
}

TEST_F(Http2PeerTest, SendsAsMuchOfABodyAsFlowControlAllows) {
  const std::string bytes(100000, 'x');
  // The initial windows of the connection and of each stream.
  EXPECT_EQ(peer_.SendBody(1, bytes), 65535U);
  EXPECT_EQ(peer_.SendBody(3, bytes), 0U);
  Tell({Type::kWindowUpdate, 0, 0, std::string("\0\1\0\0", 4)});
  EXPECT_EQ(peer_.SendBody(1, bytes), 0U);
  EXPECT_EQ(peer_.SendBody(3, bytes), 65535U);
  EXPECT_EQ(peer_.SendBody(5, bytes), 1U);
  Tell({Type::kWindowUpdate, 0, 0, std::string("\0\0\0\x5", 4)});
  Tell({Type::kWindowUpdate, 0, 1, std::string("\0\0\0\x2", 4)});
  EXPECT_EQ(peer_.SendBody(1, bytes), 2U);
  // INITIAL_WINDOW_SIZE applies to open streams as well.
  Tell({Type::kSettings, 0, 0, std::string("\0\4\0\1\0\0", 6)});
  EXPECT_EQ(peer_.SendBody(1, bytes), 1U);
}

TEST_F(Http2PeerTest, ConfirmsWithAPingThatAllWasRead) {
  SendToPeer({Type::kPing, Http2Frame::kAck, 0, "are you?"});
  EXPECT_TRUE(peer_.WaitUntilRead());
  ExpectBytes(Encode({Type::kPing, 0, 0, "are you?"}));
}

TEST_F(Http2PeerTest, NoticesTheEndOfTheConnection) {
  server_.Close();
  peer_.WaitForClose();
  EXPECT_FALSE(peer_.Greet());
  EXPECT_NONFATAL_FAILURE(peer_.WaitFor(Type::kGoAway, 0), "ends the connection");
}

TEST_F(Http2PeerTest, SendsMoreThanTheConnectionBuffersWhileTheServerSendsToo) {
  // Neither side reads before it has sent everything: only a peer that reads while sending gets
  // through.
  constexpr std::size_t kBytes = 32UL << 20U;
  std::thread server([this] {
    const std::string frame = Encode({Type::kPing, Http2Frame::kAck, 0, "12345678"});
    std::string bytes;
    while (bytes.size() < kBytes) bytes += frame;
    for (std::string_view rest = bytes; !rest.empty();) {
      const ssize_t sent = send(server_.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::array<char, 65536> buffer{};
    std::size_t received = 0;
    while (received < kBytes) {
      const ssize_t size = recv(server_.number(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      received += static_cast<std::size_t>(size);
    }
  });
  EXPECT_TRUE(peer_.Send(std::string(kBytes, 'x')));
  if (HasFailure()) shutdown(server_.number(), SHUT_RDWR);
  server.join();
}

}  // namespace
}  // namespace dino::testing
