#include "server/net/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
#include <thread>
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
  Open({"::", 0});
  EXPECT_TRUE(ConnectToLoopback(port_).open());
}

// Lets the thread open no socket of IPv6, as on a kernel without it.
void ForbidIpv6() {
  std::array<sock_filter, 6> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{filter.size(), filter.data()};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST_F(ListenerTest, WithoutIpv6AllAddressesAreThoseOfIpv4) {
  std::thread([this] {
    ForbidIpv6();
    Open({"::", 0});
  }).join();

  Start();
  const FileDescriptor caller = ConnectToLoopback(port_);
  connections_.Next();
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

// 127.0.0.2 is a proxy.
ListenerLimits LimitsWithProxy(std::size_t max_connections) {
  ListenerLimits limits{max_connections, 3, std::chrono::seconds(0)};
  limits.proxies = *AddressRanges::Parse("127.0.0.2");
  return limits;
}

TEST(ListenerProxyTest, ConnectionsOfAProxyDoNotEndForThoseOfStrangers) {
  Connections accepted;
  Listener listener(LimitsWithProxy(5));
  const std::uint16_t port = *listener.Open({"127.0.0.1", 0});
  listener.Start([&accepted](int fd) { accepted.Add(fd); });
  std::deque<FileDescriptor> clients;
  std::deque<FileDescriptor> servers;
  for (const std::uint8_t host : {2, 2, 2, 1, 1, 3}) {
    clients.push_back(ConnectToLoopback(port, host));
    servers.push_back(accepted.Next());
  }
  // The older one of the two strangers of 127.0.0.1 had to go.
  EXPECT_NE(Read(clients[3]), "nothing");
  for (const std::size_t kept : {0, 1, 2, 4, 5}) {
    char byte = 0;
    EXPECT_EQ(recv(clients[kept].number(), &byte, 1, MSG_DONTWAIT), -1) << kept;
    EXPECT_EQ(errno, EAGAIN);
  }
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
