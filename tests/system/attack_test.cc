// Strangers and one hostile caller, all at once, beside callers who must not notice.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "tests/support/http2/http2_peer.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"
#include "tests/system/attacked_bridge.h"
#include "tests/system/attacks.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/half_processor.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

// How long each half of the test lasts, instead of until some calls and attacks have ended: only
// then are latencies compared.
std::optional<std::chrono::seconds> FixedTime() {
  const char* const text = std::getenv("DINO_ATTACK_SECONDS");  // NOLINT(concurrency-mt-unsafe)
  int seconds = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &seconds)) return std::nullopt;
  return std::chrono::seconds(seconds);
}

class AttackTest : public ::testing::TestWithParam<Posture> {
 protected:
  ~AttackTest() override { End(); }

  using NewPeer = std::unique_ptr<Http2Peer> (AttackedBridge::*)() const;

  // Runs `attack` again and again, with a new connection each time.
  void Attack(NewPeer new_peer, const std::function<void(Http2Peer&)>& attack) {
    attackers_.emplace_back([this, new_peer, attack] {
      while (!end_) {
        const auto before = CpuTimeOfThisThread();
        const auto peer = (server_.*new_peer)();
        peer->MayEnd();
        attack(*peer);
        ++attacks_;
        share_.Spend(before, server_.CpuTimeOfTunnels(), end_);
      }
    });
  }

  void AttackFromAllSides() {
    const NewPeer stranger = &AttackedBridge::NewStranger;
    const NewPeer hostile = &AttackedBridge::NewHostileCaller;
    Attack(stranger, SendHalfBodies);
    Attack(stranger, OpenWatches);
    // Without a proxy or a current gRPC, only certificates keep strangers from this one.
    if (GetParam() != Posture::kKeys) Attack(stranger, SendHeaderWithoutEnd);
    if (GetParam() == Posture::kProxy) Attack(hostile, SendHeaderWithoutEnd);
    Attack(hostile, [](Http2Peer& peer) { ReadNoAnswers(peer, kHostileKey); });
    Attack(hostile, [](Http2Peer& peer) { SendLargeRequests(peer, kHostileKey); });
    // Connections that say nothing, as many as there are.
    for (std::size_t i = 0; i < AttackedBridge::kConnections; ++i) {
      silent_.push_back(server_.NewSilentConnection());
    }
  }

  // Keeps half a processor busy, as the attackers may.
  void Spin() {
    attackers_.emplace_back([this] {
      while (!end_) {
        const auto before = CpuTimeOfThisThread();
        while (CpuTimeOfThisThread() - before < std::chrono::milliseconds(2)) {
        }
        share_.Spend(before, {}, end_);
      }
    });
  }

  // Has ten callers publish 20 events a second each.
  void StartGoodCallers() {
    for (int user = 1; user <= 10; ++user) {
      callers_.emplace_back([this, user] {
        Clock::time_point due = Clock::now();
        for (int number = 0; !end_calls_; ++number) {
          std::this_thread::sleep_until(due);
          const grpc::Status status = Publish(user, number);
          Count(status, Clock::now() - due);
          due = std::max(due + std::chrono::milliseconds(50), Clock::now());
        }
      });
    }
  }

  void Count(const grpc::Status& status, Clock::duration latency) {
    const std::lock_guard<std::mutex> lock(latencies_mutex_);
    latencies_.push_back(latency);
    if (status.ok()) {
      ++published_;
      return;
    }
    ADD_FAILURE() << Describe(status);
    ++failed_;
  }

  // The 99th percentile of all since the last time.
  Clock::duration TakeP99() {
    const std::lock_guard<std::mutex> lock(latencies_mutex_);
    if (latencies_.empty()) return {};
    const auto p99 = latencies_.begin() + static_cast<std::ptrdiff_t>(latencies_.size() * 99 / 100);
    std::nth_element(latencies_.begin(), p99, latencies_.end());
    const Clock::duration value = *p99;
    latencies_.clear();
    return value;
  }

  grpc::Status Publish(std::int64_t user, int number) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    context.AddMetadata("authorization", std::string("Bearer ") + kGoodKey);
    v1::PublishMessageRequest request = MessageRequest({user, user + 100}, "hello");
    request.mutable_options()->set_idempotency_key(std::to_string(user) + "-" +
                                                   std::to_string(number));
    v1::PublishMessageResponse response;
    return stub_->PublishMessage(&context, request, &response);
  }

  // Of a caller who comes only now.
  grpc::Status PublishAnew() {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    context.AddMetadata("authorization", std::string("Bearer ") + kGoodKey);
    v1::PublishMessageResponse response;
    return v1::EventPublisherService::NewStub(server_.NewChannel())
        ->PublishMessage(&context, MessageRequest({1}, "late"), &response);
  }

  void EndAttackers() {
    end_ = true;
    for (std::thread& each : attackers_) each.join();
    attackers_.clear();
    end_ = false;
  }

  void End() {
    end_calls_ = true;
    for (std::thread& each : callers_) each.join();
    callers_.clear();
    EndAttackers();
  }

  // Lets things happen for so many more of these, or for the fixed time.
  void WaitFor(const std::atomic<std::size_t>& counter, std::size_t count) const {
    const Clock::time_point began = Clock::now();
    const std::size_t wanted = counter + count;
    const auto is_over = [&] {
      if (const auto fixed = FixedTime()) return Clock::now() >= began + *fixed;
      return counter >= wanted || Clock::now() >= began + 3 * kPatience;
    };
    while (failed_ == 0 && !is_over()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_GE(counter, wanted);
  }

  AttackedBridge server_{GetParam()};
  const std::unique_ptr<v1::EventPublisherService::Stub> stub_ =
      v1::EventPublisherService::NewStub(server_.NewChannel());
  HalfProcessor share_;
  std::atomic<bool> end_{false};
  std::atomic<bool> end_calls_{false};
  std::atomic<std::size_t> attacks_{0};
  std::atomic<std::size_t> published_{0};
  std::atomic<std::size_t> failed_{0};
  std::mutex latencies_mutex_;
  std::vector<Clock::duration> latencies_;
  std::vector<FileDescriptor> silent_;
  std::vector<std::thread> attackers_;
  std::vector<std::thread> callers_;
};

TEST_P(AttackTest, GoodCallersDoNotNoticeAndMemoryStaysWithinItsBound) {
  constexpr std::size_t kCalls = 200;
  StartGoodCallers();
  Spin();
  WaitFor(published_, kCalls);
  EndAttackers();
  const auto alone = TakeP99();
  AttackFromAllSides();
  WaitFor(attacks_, 12);
  const grpc::Status late = PublishAnew();
  EXPECT_TRUE(late.ok()) << Describe(late);
  if (!FixedTime().has_value()) WaitFor(published_, kCalls);
  const auto attacked = TakeP99();
  End();
  EXPECT_EQ(failed_, 0U);
  EXPECT_TRUE(server_.bridge().running());
  std::cout << "p99 beside a spinner " << alone / std::chrono::microseconds(1) << " µs, attacked "
            << attacked / std::chrono::microseconds(1) << " µs; " << attacks_ << " attacks\n";
  // An old gRPC with keys alone lets strangers slow others down (SECURITY.md).
  const bool is_promised = GrpcHasFixes() || GetParam() != Posture::kKeys;
  if (FixedTime().has_value() && is_promised) {
    EXPECT_LE(attacked, 3 * alone);
  }
  std::cout << server_.MemoryUse() << "\n";
}

INSTANTIATE_TEST_SUITE_P(Postures, AttackTest,
                         ::testing::Values(Posture::kKeys, Posture::kMutualTls, Posture::kProxy),
                         [](const auto& posture) {
                           switch (posture.param) {
                             case Posture::kKeys:
                               return "Keys";
                             case Posture::kMutualTls:
                               return "MutualTls";
                             case Posture::kProxy:
                               break;
                           }
                           return "Proxy";
                         });

}  // namespace
}  // namespace dino::testing
