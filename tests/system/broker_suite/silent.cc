// What callers notice of a broker that accepts connections and acknowledges nothing.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/requests.h"

namespace dino::broker_suite {
namespace {

using testing::Clock;

constexpr std::size_t kTimedCallers = 4;
constexpr std::size_t kGroup = 20;
constexpr std::int64_t kFirstOfGroups = 60000;
constexpr std::chrono::milliseconds kBetweenCalls{2};
// Two times `mqtt-ack-timeout`, and what it takes to act on it.
constexpr std::chrono::seconds kUntilLeft{11};
// Of the 99th percentile, with the silent broker over that without.
constexpr double kMostSlower = 2;

struct Calls {
  std::vector<Clock::duration> latencies;
  std::size_t failed = 0;

  double MillisecondsAt(double share) const {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1));
    std::vector<Clock::duration> sorted = latencies;
    std::sort(sorted.begin(), sorted.end());
    return std::chrono::duration<double, std::milli>(sorted[place]).count();
  }
};

// Everybody's calls, one after the other, for so long.
Calls CallFor(testing::BridgeProcess& bridge, Clock::duration duration) {
  std::vector<Calls> calls(kTimedCallers);
  std::vector<std::thread> threads;
  const Clock::time_point end = Clock::now() + duration;
  for (std::size_t caller = 0; caller < kTimedCallers; ++caller) {
    threads.emplace_back([&bridge, &own = calls[caller], caller, end] {
      std::vector<std::int64_t> users(kGroup);
      const std::size_t first = caller * kGroup;
      std::iota(users.begin(), users.end(), kFirstOfGroups + static_cast<std::int64_t>(first));
      const auto request = testing::MessageRequest(users, "beside a silent broker");
      do {
        const Clock::time_point begin = Clock::now();
        if (!PublishMessage(bridge, request).ok()) ++own.failed;
        own.latencies.push_back(Clock::now() - begin);
        std::this_thread::sleep_for(kBetweenCalls);
      } while (Clock::now() < end);
    });
  }
  Calls all;
  for (std::size_t caller = 0; caller < kTimedCallers; ++caller) {
    threads[caller].join();
    all.failed += calls[caller].failed;
    all.latencies.insert(all.latencies.end(), calls[caller].latencies.begin(),
                         calls[caller].latencies.end());
  }
  return all;
}

}  // namespace

void RunSilent(const Options& options, Part& part) {
  const testing::BrokerAccess& broker = options.brokers.front();
  testing::FaultProxy healthy(broker.host, broker.port, nullptr);
  testing::FaultProxy silent(broker.host, broker.port, nullptr);
  testing::BridgeProcess bridge(absl::StrCat(healthy.address(), ",", silent.address()),
                                BridgeFlags(options));
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  CallFor(bridge, std::chrono::seconds(1));
  const Calls before = CallFor(bridge, options.duration);
  silent.LoseAcks(true);
  const Calls meanwhile = CallFor(bridge, kUntilLeft);
  const Calls after = CallFor(bridge, options.duration);
  const double slower = after.MillisecondsAt(0.99) / before.MillisecondsAt(0.99);
  part.figures.push_back(absl::StrFormat(
      "%d of %d calls failed until the broker was left, then %d of %d; p99 %.2f ms, before %.2f ms",
      meanwhile.failed, meanwhile.latencies.size(), after.failed, after.latencies.size(),
      after.MillisecondsAt(0.99), before.MillisecondsAt(0.99)));
  part.Expect(before.failed == 0, "calls fail at first");
  part.Expect(after.failed == 0, "calls fail after two ack timeouts");
  part.Expect(slower <= kMostSlower, absl::StrFormat("p99 is %.1f times as long", slower));
}

}  // namespace dino::broker_suite
