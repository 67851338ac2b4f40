#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/support/process/descriptor_limit.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

// Lets a process open no descriptor numbered `first` or above.
void LimitDescriptors(pid_t pid, std::size_t first) {
  rlimit limit{};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = first;
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, &limit, nullptr), 0);
}

// True if the server sends its HTTP/2 preface; false if it closes the connection.
bool IsServed(const FileDescriptor& connection) {
  EXPECT_TRUE(WaitUntilReadable(connection.number(), Clock::now() + kPatience));
  std::array<char, 100> buffer{};
  return recv(connection.number(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0;
}

// Silent connections: as many as the bridge accepts, and one that it refused.
std::vector<FileDescriptor> ConnectUntilRefused(std::uint16_t port) {
  constexpr std::size_t kMost = 200;
  std::vector<FileDescriptor> connections;
  do {
    connections.push_back(ConnectToLoopback(port));
  } while (IsServed(connections.back()) && connections.size() < kMost);
  EXPECT_LT(connections.size(), kMost);
  return connections;
}

class DescriptorFaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    for (const int user : {1, 2}) {
      callers_.push_back(std::make_unique<Caller>(bridge_, user, kPatience));
    }
    WaitForSuccessesOfEach(callers_, 20);
    idle_ = UsageOf(bridge_.pid());
  }

  void ExpectNoFailure() {
    WaitForSuccessesOfEach(callers_, 20);
    for (const auto& caller : callers_) {
      for (const CallRecord& record : caller->Stop()) {
        EXPECT_TRUE(record.answer.ok()) << Describe(record.answer);
      }
    }
    bridge_.Stop();
    for (const std::string& line : bridge_.RemainingLog()) {
      EXPECT_EQ(line.find("session lost"), std::string::npos) << line;
    }
  }

  const MosquittoBroker broker_;
  BridgeProcess bridge_{broker_.address()};
  const std::uint16_t port_ = bridge_.port();
  Callers callers_;
  ProcessUsage idle_;
};

TEST_F(DescriptorFaultsTest, ExcessConnectionsAreRefusedAndHarmNobody) {
  LimitDescriptors(bridge_.pid(), idle_.file_descriptors + 150);
  std::vector<FileDescriptor> connections = ConnectUntilRefused(port_);
  EXPECT_GT(connections.size(), 1U);
  EXPECT_FALSE(IsServed(ConnectToLoopback(port_)));
  WaitForSuccessesOfEach(callers_, 20);

  connections.clear();
  const Clock::time_point deadline = Clock::now() + kPatience;
  bool served = false;
  while (!served && Clock::now() < deadline) served = IsServed(ConnectToLoopback(port_));
  EXPECT_TRUE(served) << "some have closed";
  ExpectNoFailure();
}

TEST_F(DescriptorFaultsTest, ConnectionsWaitWithoutABusyLoopWhenNoDescriptorIsLeft) {
  LimitDescriptors(bridge_.pid(), 3);
  const FileDescriptor connection = ConnectToLoopback(port_);
  WaitForSuccessesOfEach(callers_, 20);
  bridge_.WaitForLog("connections refused");
  for (const auto& caller : callers_) caller->Stop();

  const Clock::time_point begin = Clock::now();
  const std::chrono::milliseconds cpu_before = CpuTimeOf(bridge_.pid());
  EXPECT_FALSE(WaitUntilReadable(connection.number(), begin + std::chrono::seconds(1)));
  const std::chrono::milliseconds cpu_time = CpuTimeOf(bridge_.pid()) - cpu_before;
  EXPECT_LT(cpu_time * 4, Clock::now() - begin);

  LimitDescriptors(bridge_.pid(), 1024);
  EXPECT_TRUE(IsServed(connection)) << "there is room again";
  EXPECT_TRUE(PublishMessage(bridge_, MessageRequest({3}, "hello")).ok());
}

TEST(DescriptorLimitTest, TheSoftLimitIsRaisedToTheHardOne) {
  const MosquittoBroker broker;
  const DescriptorLimit inherited(500);
  const BridgeProcess bridge(broker.address());
  rlimit limit{};
  ASSERT_EQ(prlimit(bridge.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

// The bridge inherits whatever is open here without close-on-exec.
TEST(HighDescriptorsTest, EverythingWorksAbove1023) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  if (limit.rlim_cur < 2048) GTEST_SKIP() << "no descriptors that high here";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+"});
  std::vector<FileDescriptor> inherited;
  do {
    inherited.emplace_back(open("/dev/null", O_RDONLY));
    ASSERT_TRUE(inherited.back().open());
  } while (inherited.back().number() < 1100);
  BridgeProcess bridge(broker.address());
  inherited.clear();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  EXPECT_GT(UsageOf(bridge.pid()).file_descriptors, 1050U);
  EXPECT_TRUE(PublishMessage(bridge, MessageRequest({1}, "before")).ok());
  EXPECT_EQ(TextOf(subscriber.Next().payload), "before");

  broker.Kill();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  broker.Start();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  subscriber.WaitForSubscription();
  const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "after"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(TextOf(subscriber.Next().payload), "after");
  bridge.Stop();
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace dino::testing
