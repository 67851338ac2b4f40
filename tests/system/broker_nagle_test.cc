// A broker with Nagle's algorithm on, mosquitto's default: it holds a small packet back until all
// earlier ones are acknowledged by TCP.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

class Party {
 public:
  explicit Party(const std::string& no_delay)
      : broker_(MosquittoBroker::Door{"allow_anonymous true", "set_tcp_nodelay " + no_delay}),
        bridge_(broker_.address()) {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
  }

  // The latency of consecutive calls.
  double MedianOfCalls() {
    std::vector<std::int64_t> users(100);
    std::iota(users.begin(), users.end(), 1);
    std::vector<double> seconds;
    for (int i = 0; i < 51; ++i) {
      const Clock::time_point begin = Clock::now();
      const grpc::Status status = PublishMessage(bridge_, MessageRequest(users, "hello"));
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
      EXPECT_TRUE(status.ok()) << Describe(status);
    }
    std::nth_element(seconds.begin(), seconds.begin() + 25, seconds.end());
    return seconds[25];
  }

 private:
  const MosquittoBroker broker_;
  BridgeProcess bridge_;
};

TEST(BrokerNagleTest, CallsDoNotWaitForDelayedAcknowledgements) {
  Party without("true");
  Party with("false");
  const double ratio = with.MedianOfCalls() / without.MedianOfCalls();
  std::cout << "a call with Nagle's algorithm over one without: " << ratio << "\n";
  // It was 30 when they waited.
  EXPECT_LE(ratio, 4);
}

}  // namespace
}  // namespace dino::testing
