#include "server/net/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/base/host_port.h"
#include "server/log/log.h"
#include "tests/support/process/descriptor_limit.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::net {
namespace {

using testing::ConnectToLoopback;
using testing::DescriptorLimit;
using testing::FileDescriptor;
using ::testing::HasSubstr;
using testing::kPatience;
using testing::WaitUntilReadable;

// The connections that a listener passed on.
class Connections {
 public:
  void Add(int fd) {
    const std::lock_guard<std::mutex> lock(mutex_);
    connections_.emplace_back(fd);
    changed_.notify_all();
  }

  FileDescriptor Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return !connections_.empty(); });
    if (connections_.empty()) {
      ADD_FAILURE() << "no connection was given away";
      return {};
    }
    FileDescriptor next = std::move(connections_.front());
    connections_.pop_front();
    return next;
  }

  std::size_t size() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return connections_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FileDescriptor> connections_;
};

class ListenerTest : public ::testing::Test {
 protected:
  void Open(const HostPort& address = {"127.0.0.1", 0}) {
    const absl::StatusOr<std::uint16_t> port = listener_.Open(address);
    ASSERT_TRUE(port.ok()) << port.status();
    port_ = *port;
  }
  void Start() {
    listener_.Start([this](int fd) { connections_.Add(fd); });
  }

  static constexpr std::size_t kReserve = 3;

  Connections connections_;
  static constexpr std::size_t kMaxConnections = 2;

  Listener listener_{{kMaxConnections, kReserve}};
  std::uint16_t port_ = 0;
};

// What the peer sends, or the read error.
std::string Read(const FileDescriptor& descriptor) {
  WaitUntilReadable(descriptor.number(), testing::Clock::now() + kPatience);
  std::array<char, 100> buffer{};
  const ssize_t size = recv(descriptor.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == ECONNRESET ? "reset" : "nothing";
  return {buffer.data(), static_cast<std::size_t>(size)};
}

TEST_F(ListenerTest, PassesOnConnectionsReadyForUse) {
  Open();
  Start();
  const FileDescriptor client = ConnectToLoopback(port_);
  const FileDescriptor server = connections_.Next();
  int no_delay = 0;
  socklen_t length = sizeof(no_delay);
  getsockopt(server.number(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length);
  EXPECT_NE(no_delay, 0);
  char byte = 0;
  EXPECT_EQ(read(server.number(), &byte, 1), -1) << "does not block";
  EXPECT_EQ(write(server.number(), "hello", 5), 5);
  EXPECT_EQ(Read(client), "hello");
}

TEST_F(ListenerTest, ConnectionsBeforeStartWait) {
  Open();
  const FileDescriptor client = ConnectToLoopback(port_);
  EXPECT_TRUE(client.open());
  Start();
  EXPECT_TRUE(connections_.Next().open());
}

TEST_F(ListenerTest, APortInUseIsAnError) {
  Open();
  Listener second({kMaxConnections, kReserve});
  const auto port = second.Open({"127.0.0.1", port_});
  EXPECT_EQ(port.status(), absl::UnavailableError("Address already in use"));
}

TEST_F(ListenerTest, UnusableAddressesAreErrors) {
  for (const HostPort& address : {HostPort{"name.invalid.", 1}, HostPort{"192.0.2.1", 0}}) {
    EXPECT_FALSE(Listener({kMaxConnections, kReserve}).Open(address).ok()) << address.host;
  }
}

TEST_F(ListenerTest, AllAddressesOfIpv6IncludeThoseOfIpv4) {
  const auto port = listener_.Open({"::", 0});
  if (!port.ok()) GTEST_SKIP() << "no IPv6 here: " << port.status();
  EXPECT_TRUE(ConnectToLoopback(*port).open());
}

TEST_F(ListenerTest, AfterStopConnectionsAreRefused) {
  Open();
  Start();
  listener_.Stop();
  EXPECT_FALSE(ConnectToLoopback(port_).open());
}

TEST_F(ListenerTest, StopsWithoutStart) {
  Open();
  listener_.Stop();
  EXPECT_FALSE(ConnectToLoopback(port_).open());
}

TEST_F(ListenerTest, ConnectionsBeyondTheLimitAreResetUntilOneHasEnded) {
  Open();
  Start();
  const FileDescriptor first = ConnectToLoopback(port_);
  const FileDescriptor second = ConnectToLoopback(port_);
  {
    const FileDescriptor given = connections_.Next();
    const FileDescriptor other = connections_.Next();
    EXPECT_EQ(Read(ConnectToLoopback(port_)), "reset");
    EXPECT_EQ(listener_.refused(Refusal::kLimit), 1U);
    EXPECT_EQ(listener_.refused(Refusal::kDescriptors), 0U);
  }
  // Not at once: they are counted periodically.
  const testing::Clock::time_point deadline = testing::Clock::now() + kPatience;
  while (connections_.size() == 0 && testing::Clock::now() < deadline) {
    const FileDescriptor next = ConnectToLoopback(port_);
    const auto look_again = [] { return testing::Clock::now() + std::chrono::milliseconds(10); };
    while (connections_.size() == 0 && !WaitUntilReadable(next.number(), look_again())) {
    }
  }
  EXPECT_GT(connections_.size(), 0U);
}

TEST_F(ListenerTest, TheLastDescriptorsAreKept) {
  Open();
  Start();
  // The client's end of the next connection takes this descriptor, and ours the one after it.
  const int next = FileDescriptor(dup(0)).number();
  {
    const DescriptorLimit limit(next + 1 + static_cast<int>(kReserve));
    EXPECT_EQ(Read(ConnectToLoopback(port_)), "reset");
    EXPECT_EQ(listener_.refused(Refusal::kDescriptors), 1U);
  }
  const DescriptorLimit limit(next + 2 + static_cast<int>(kReserve));
  const FileDescriptor client = ConnectToLoopback(port_);
  EXPECT_EQ(connections_.Next().number(), next + 1);
}

TEST_F(ListenerTest, TheLogSaysWhoWasRefusedAndWhyAtOnce) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  const FileDescriptor log_reader(pipe_ends[0]);
  const FileDescriptor log_writer(pipe_ends[1]);
  log::Start(log::Level::kWarning, log::Format::kText, log_writer.number());
  Open();
  Start();
  const int next = FileDescriptor(dup(0)).number();
  {
    const DescriptorLimit limit(next + 1 + static_cast<int>(kReserve));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Read(ConnectToLoopback(port_)), "reset");
    EXPECT_TRUE(WaitUntilReadable(log_reader.number(), testing::Clock::now() + kPatience));
  }
  listener_.Stop();
  log::Stop();
  std::array<char, 10000> records{};
  const ssize_t size = read(log_reader.number(), records.data(), records.size() - 1);
  const std::string text(records.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_THAT(text, HasSubstr("connections refused reason=\"too few file descriptors are left\" "
                              "peer=127.0.0.1:"));
}

TEST_F(ListenerTest, ListensAgainAfterDescriptorsRanOut) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  const FileDescriptor log_reader(pipe_ends[0]);
  const FileDescriptor log_writer(pipe_ends[1]);
  log::Start(log::Level::kWarning, log::Format::kText, log_writer.number());
  Open();
  const FileDescriptor client = ConnectToLoopback(port_);
  EXPECT_EQ(write(client.number(), "hello", 5), 5);
  {
    const DescriptorLimit limit(3);
    Start();
    EXPECT_TRUE(WaitUntilReadable(log_reader.number(), testing::Clock::now() + kPatience));
  }
  log::Stop();
  std::array<char, 1000> record{};
  EXPECT_GT(read(log_reader.number(), record.data(), record.size() - 1), 0);
  EXPECT_THAT(record.data(), HasSubstr("Too many open files"));
  const FileDescriptor server = connections_.Next();
  EXPECT_EQ(Read(server), "hello");
}

}  // namespace
}  // namespace dino::net
