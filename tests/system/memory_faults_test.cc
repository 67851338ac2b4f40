#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/call_flood.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr std::size_t kMebibyte = 1048576;
constexpr std::size_t kPendingBytes = 4 * kMebibyte;
constexpr std::size_t kSessions = 4;
constexpr std::size_t kInFlightBytes = 65536;
// What gRPC holds for connections and calls that it has not passed on yet.
constexpr std::size_t kConnectionBytes = 16 * kMebibyte;

// Calls that exceed `kPendingBytes`, each in one way.
struct Flood {
  const char* name;
  std::size_t calls;
  std::size_t text_bytes;
  std::int64_t recipients;
  // A control character takes six bytes of JSON.
  char text = 'x';
};

class MemoryFaultsTest : public ::testing::TestWithParam<Flood> {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  void Start(CallFlood& flood, std::size_t count) const {
    std::vector<std::int64_t> users(static_cast<std::size_t>(GetParam().recipients));
    const std::string text(GetParam().text_bytes, GetParam().text);
    for (std::size_t i = 0; i < count; ++i) {
      std::iota(users.begin(), users.end(), static_cast<std::int64_t>(i) + 1);
      flood.Start(MessageRequest(users, text), 3 * kPatience);
    }
  }

  std::size_t Resident() const { return UsageOf(bridge_.pid()).resident_kib * 1024; }

  // Waits until at most this much is resident. Memory is released by time, not at an event.
  bool ShrinksTo(std::size_t bytes) const {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (Resident() > bytes && Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return Resident() <= bytes;
  }

  MosquittoBroker broker_;
  // An answer may be late: the broker is stopped for longer than it should be.
  BridgeProcess bridge_{
      broker_.address(),
      {"--max-pending-bytes=" + std::to_string(kPendingBytes),
       "--mqtt-sessions=" + std::to_string(kSessions),
       "--mqtt-in-flight-bytes=" + std::to_string(kInFlightBytes), "--mqtt-ack-timeout=5m"}};
};

TEST_P(MemoryFaultsTest, RefusesCallsBeforeMemoryGrowsAndReleasesItLater) {
  for (int round = 0; round < 5; ++round) {
    // So few that none is refused, however slow the broker is.
    CallFlood warm_up(bridge_.address(), 2);
    Start(warm_up, 4);
    for (const FloodAnswer& answer : warm_up.Finish()) {
      EXPECT_TRUE(answer.status.ok()) << Describe(answer.status);
    }
  }
  const std::size_t idle = Resident();

  broker_.Freeze();
  auto flood = std::make_unique<CallFlood>(bridge_.address(), 4);
  Start(*flood, GetParam().calls);
  // Only refused calls end at once.
  flood->WaitForEnds(1);
  std::size_t most = 0;
  const Clock::time_point settled = Clock::now() + std::chrono::seconds(1);
  while (Clock::now() < settled) {
    most = std::max(most, Resident());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!BridgeIsSanitized()) {
    std::cout << (most - idle) / 1024 << " KiB over " << idle / 1024 << "\n";
    EXPECT_LT(most, idle + 2 * kPendingBytes + 2 * kSessions * kInFlightBytes + kConnectionBytes);
  }
  broker_.Thaw();

  std::size_t refused = 0;
  for (const FloodAnswer& answer : flood->Finish()) {
    EXPECT_EQ(answer.endings, 1U);
    if (answer.status.ok()) continue;
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(ReasonOf(answer.status), "OVERLOADED") << Describe(answer.status);
    EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(answer.status).has_value());
    ++refused;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, GetParam().calls);
  flood.reset();
  if (!BridgeIsSanitized()) {
    EXPECT_TRUE(ShrinksTo(idle + idle / 10)) << Resident() << " of " << idle;
  }
}

INSTANTIATE_TEST_SUITE_P(Calls, MemoryFaultsTest,
                         ::testing::Values(Flood{"WithLargeTexts", 300, 60000, 1},
                                           Flood{"WithTextsThatGrow", 300, 60000, 1, 1},
                                           Flood{"WithManyRecipients", 200, 200, 2000},
                                           Flood{"WithNothingMuch", 1000, 10, 1}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dino::testing
