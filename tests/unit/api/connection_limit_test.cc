// Whose connections end when there are too many.
#include <sys/socket.h>

#include <array>
#include <cstdint>

#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/unit/api/known_callers.h"

namespace dino::api {
namespace {

// Two connections are as many as may be.
class ConnectionLimitTest : public KnownCallers, public ServerFixture {
 protected:
  ConnectionLimitTest() : ServerFixture(WithLimit(Options())) { publisher_.AcknowledgeAtOnce(); }

  testing::FileDescriptor ConnectFrom(std::uint8_t host) const {
    return testing::ConnectToLoopback(testing::PortOf(address_), host);
  }

  // Waits until the server ends a connection.
  static bool Ends(const testing::FileDescriptor& connection) {
    const testing::Clock::time_point deadline = testing::Clock::now() + testing::kPatience;
    while (testing::WaitUntilReadable(connection.number(), deadline)) {
      std::array<char, 256> greeting{};
      if (recv(connection.number(), greeting.data(), greeting.size(), 0) <= 0) return true;
    }
    return false;
  }

 private:
  static ServerOptions WithLimit(ServerOptions options) {
    options.transport.connection_limits.max_connections = 2;
    return options;
  }
};

TEST_F(ConnectionLimitTest, ThatOfAKnownCallerOutlivesAStrangers) {
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  ASSERT_TRUE(Call(context, Request()).status.ok());
  const testing::FileDescriptor stranger = ConnectFrom(2);
  const testing::FileDescriptor newcomer = ConnectFrom(3);
  // One who says nothing is sent away after a while in any case.
  EXPECT_TRUE(Ends(stranger));
  EXPECT_EQ(channel_->GetState(/*try_to_connect=*/false), GRPC_CHANNEL_READY);
}

}  // namespace
}  // namespace dino::api
