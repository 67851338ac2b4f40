#ifndef DINO_TESTS_SYSTEM_FLOOD_FIXTURE_H_
#define DINO_TESTS_SYSTEM_FLOOD_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/call_flood.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {

// Settings that tolerate a broker that stops for a while.
inline constexpr char kPatientWithBroker[] = "--mqtt-ack-timeout=5m";

// For calls that must not time out, however slow the machine is.
inline constexpr std::chrono::minutes kLongDeadline{5};

// A bridge, its broker and a subscriber. A test floods the bridge with calls; each has its own
// number and user. Steady callers call at the same time and must not be affected.
class FloodFixture : public ::testing::Test {
 protected:
#if defined(__SANITIZE_ADDRESS__)
  // Freed memory is kept for a while.
  static constexpr bool kMemoryTells = false;
#else
  static constexpr bool kMemoryTells = true;
#endif

  static constexpr std::int64_t kFirstUser = 1'000'000;
  // The text of a call whose answer alone matters.
  static constexpr char kProbe[] = "probe";

  explicit FloodFixture(const std::vector<std::string>& flags)
      : bridge_(broker_.address(), WithPatience(flags)) {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    WaitForAllSessions();
    before_ = UsageOf(bridge_.pid());
  }

  // The request of call `number`: its text is the number.
  static v1::PublishMessageRequest RequestOf(std::size_t number) {
    return MessageRequest({kFirstUser + static_cast<std::int64_t>(number)}, std::to_string(number));
  }

  void StartSteadyCallers(std::int64_t count = 4) {
    for (std::int64_t user = 1; user <= count; ++user) {
      steady_callers_.push_back(std::make_unique<Caller>(bridge_, user, kLongDeadline));
    }
  }

  // Publishes one more event to the users of calls 0 to `count` - 1, and returns the numbers of the
  // calls whose event arrived before it. None may arrive twice, or after it.
  std::set<std::size_t> TakeArrivals(std::size_t count) {
    PublishEnds(count);
    std::set<std::size_t> arrived;
    std::set<std::string> ended;
    while (ended.size() < count) {
      const Received received = subscriber_.Next();
      if (received.topic.empty()) break;
      const std::string text = TextOf(received.payload);
      if (text == kProbe) continue;
      if (text == "end") {
        ended.insert(received.topic);
      } else if (text.find(' ') != std::string::npos) {
        steady_arrivals_[received.topic].push_back(text);
      } else if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
        ADD_FAILURE() << "unexpected: " << received.payload;
      } else {
        const std::size_t number = std::stoul(text);
        EXPECT_EQ(received.topic, TopicOf(kFirstUser + static_cast<std::int64_t>(number)));
        EXPECT_TRUE(arrived.insert(number).second) << "twice: " << number;
        EXPECT_EQ(ended.count(received.topic), 0U) << "too late: " << number;
      }
    }
    return arrived;
  }

  // Checks that each call ended once, and that the events of those answered OK arrived.
  static void ExpectNoneLost(const std::vector<FloodAnswer>& answers,
                             const std::set<std::size_t>& arrived) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(answers[i].endings, 1U);
      if (!answers[i].status.ok()) continue;
      EXPECT_EQ(arrived.count(i), 1U) << "answered OK, but missing: " << i;
    }
  }

  // Checks that every call of a steady caller was answered OK and its event arrived, in order.
  void ExpectSteadyCallersUnharmed() {
    std::map<std::string, std::vector<std::string>> published;
    std::size_t missing = 0;
    for (const auto& caller : steady_callers_) {
      const std::string topic = TopicOf(caller->user_id());
      for (const CallRecord& record : caller->Stop()) {
        // One is enough: if the server is gone, there are thousands.
        ASSERT_TRUE(record.answer.ok()) << Describe(record.answer);
        published[topic].push_back(record.text);
      }
      missing += published[topic].size() - steady_arrivals_[topic].size();
    }
    EXPECT_EQ(published.size(), steady_callers_.size());
    while (missing > 0) {
      const Received received = subscriber_.Next();
      if (received.topic.empty()) break;
      if (published.count(received.topic) == 0) continue;
      steady_arrivals_[received.topic].push_back(TextOf(received.payload));
      --missing;
    }
    EXPECT_EQ(steady_arrivals_, published);
  }

  // Waits until the process is back to what it held before the first call, plus at most this much
  // memory.
  void ExpectProcessIsBack(std::size_t more_kib, Where where = Where::Here()) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    ProcessUsage now = UsageOf(bridge_.pid());
    const auto is_back = [&] {
      return (!kMemoryTells || now.resident_kib <= before_.resident_kib + more_kib) &&
             now.file_descriptors <= before_.file_descriptors &&
             now.threads <= before_.threads + kThreadsOfTheLibrary;
    };
    while (!is_back() && Clock::now() < deadline) {
      // Takes some time, and is answered once the server has handled everything before it.
      bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
      now = UsageOf(bridge_.pid());
    }
    if (is_back()) return;
    ADD_FAILURE_AT(where.file, where.line)
        << "memory: " << before_.resident_kib << " KiB before, " << now.resident_kib
        << " now; files: " << before_.file_descriptors << ", " << now.file_descriptors
        << "; threads: " << before_.threads << ", " << now.threads;
  }

  static std::string TopicOf(std::int64_t user) { return "dms/dev/" + std::to_string(user); }

  MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_;
  // What the process holds when idle.
  ProcessUsage before_;
  Callers steady_callers_;

 private:
  // Who is patient with the broker is so where nothing is in flight, too.
  static std::vector<std::string> WithPatience(std::vector<std::string> flags) {
    if (std::count(flags.begin(), flags.end(), kPatientWithBroker) > 0) {
      flags.emplace_back("--mqtt-keep-alive=5m");
    }
    return flags;
  }

  // A few sessions may still be connecting; this many recipients cover all of them.
  void WaitForAllSessions() {
    constexpr std::size_t kRecipients = 500;
    std::vector<std::int64_t> users(kRecipients);
    std::iota(users.begin(), users.end(), kFirstUser);
    grpc::Status status;
    for (const auto until = Clock::now() + kPatience; Clock::now() < until;) {
      status = PublishMessage(bridge_, MessageRequest(users, kProbe));
      if (status.ok()) return;
    }
    ADD_FAILURE() << Describe(status);
  }

  // gRPC starts more under load, and keeps them.
  static constexpr std::size_t kThreadsOfTheLibrary = 10;

  void PublishEnds(std::size_t count) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    // At most as many recipients at once as the lowest limit of a test.
    constexpr std::size_t kAtOnce = 1000;
    for (std::size_t first = 0; first < count; first += kAtOnce) {
      std::vector<std::int64_t> users(std::min(kAtOnce, count - first));
      std::iota(users.begin(), users.end(), kFirstUser + static_cast<std::int64_t>(first));
      grpc::Status status;
      do {
        status = PublishMessage(bridge_, MessageRequest(users, "end"));
        // The last of the abandoned calls may still be ending.
      } while (ReasonOf(status) == "OVERLOADED" && Clock::now() < deadline);
      EXPECT_TRUE(status.ok()) << Describe(status);
    }
  }

  // By topic.
  std::map<std::string, std::vector<std::string>> steady_arrivals_;
};

// The number of answers by code.
inline std::map<grpc::StatusCode, std::size_t> CountCodes(const std::vector<FloodAnswer>& answers) {
  std::map<grpc::StatusCode, std::size_t> counts;
  for (const FloodAnswer& answer : answers) ++counts[answer.status.error_code()];
  return counts;
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_FLOOD_FIXTURE_H_
