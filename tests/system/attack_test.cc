// Strangers and one hostile caller, all at once, beside callers who must not notice.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/http2/own_connection.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/memory_cgroup.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/raw_call.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using Type = Http2Frame::Type;

constexpr char kGoodKey[] = "test-key-of-the-good-callers";
constexpr char kHostileKey[] = "test-key-of-the-hostile-one";
constexpr char kKeys[] = R"({"callers": [
  {"name": "good", "sha256": "c4ca21ab1e8a1d58fd6b4bb7d4d786e32b46d21ca00c2e1bec4916e00dbe7a1e"},
  {"name": "hostile", "sha256": "2b5fc3b761627c2834c54dde74918d8c509394f10c00cbfe53144e0c9dba6e5f"}]})";

constexpr std::size_t kKibibyte = 1024;
constexpr std::size_t kMebibyte = 1048576;
constexpr std::size_t kPendingBytes = 8 * kMebibyte;
constexpr std::size_t kReceivingBytes = 16 * kMebibyte;
constexpr std::size_t kInFlightBytes = 65536;
constexpr std::size_t kSessions = 4;
constexpr std::size_t kIdempotencyMemory = kMebibyte;
constexpr std::size_t kUnreadAnswers = 400;
constexpr std::size_t kWatches = 100;
constexpr std::size_t kConnections = 200;

constexpr std::size_t kRequestBytes = kMebibyte;

// docs/operations.md, "Memory".
const std::size_t kBound =
    25 * kMebibyte + 2 * kPendingBytes + kReceivingBytes + 2 * kInFlightBytes * kSessions +
    kIdempotencyMemory + 12 * kKibibyte * (kUnreadAnswers + kWatches) +
    64 * kKibibyte * kConnections + 9 * kRequestBytes * std::thread::hardware_concurrency();

constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kReflection[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

class AttackTest : public ::testing::Test {
 protected:
  AttackTest() {
    // A sanitizer's memory is not what the formula is about.
    if (!BridgeIsSanitized()) cgroup_.emplace(kBound);
    bridge_.emplace(broker_.address(), Flags());
    if (cgroup_.has_value()) cgroup_->Add(bridge_->pid());
    bridge_->WaitForHealth("", health::HealthCheckResponse::SERVING);
  }
  ~AttackTest() override { End(); }

  std::vector<std::string> Flags() const {
    const std::string file = directory_.path() / "keys.json";
    ReplaceContent(file, kKeys);
    return {"--auth-keys-file=" + file,
            "--max-pending-bytes=" + std::to_string(kPendingBytes),
            "--max-request-bytes=" + std::to_string(kRequestBytes),
            "--max-receiving-bytes=" + std::to_string(kReceivingBytes),
            "--mqtt-in-flight-bytes=" + std::to_string(kInFlightBytes),
            "--mqtt-sessions=" + std::to_string(kSessions),
            "--idempotency-memory=" + std::to_string(kIdempotencyMemory),
            "--max-unread-answers=" + std::to_string(kUnreadAnswers),
            "--max-watches=" + std::to_string(kWatches),
            "--max-connections=" + std::to_string(kConnections)};
  }

  // A connection from another address than that of the good callers.
  std::unique_ptr<Http2Peer> StrangersPeer() const {
    constexpr std::uint8_t kTheirs = 66;
    return std::make_unique<Http2Peer>(ConnectToLoopback(bridge_->port(), kTheirs));
  }

  // Runs `attack` again and again, with a new connection each time.
  void Attack(const std::function<void(Http2Peer&)>& attack) {
    attackers_.emplace_back([this, attack] {
      while (!end_) {
        const auto peer = StrangersPeer();
        peer->MayEnd();
        attack(*peer);
        ++attacks_;
      }
    });
  }

  // Has `count` callers publish one event after the other.
  void StartGoodCallers(int count) {
    for (int user = 1; user <= count; ++user) {
      callers_.emplace_back([this, user] {
        while (!end_) {
          const grpc::Status status = Publish(user);
          if (status.ok()) {
            ++published_;
          } else {
            ADD_FAILURE() << Describe(status);
            ++failed_;
          }
        }
      });
    }
  }

  grpc::Status Publish(std::int64_t user) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    context.AddMetadata("authorization", std::string("Bearer ") + kGoodKey);
    v1::PublishMessageResponse response;
    return bridge_->stub().PublishMessage(&context, MessageRequest({user, user + 100}, "hello"),
                                          &response);
  }

  void End() {
    end_ = true;
    for (std::thread& each : attackers_) each.join();
    for (std::thread& each : callers_) each.join();
    attackers_.clear();
    callers_.clear();
  }

  void WaitFor(const std::atomic<std::size_t>& counter, std::size_t count) const {
    const Clock::time_point deadline = Clock::now() + 3 * kPatience;
    while (counter < count && failed_ == 0 && Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_GE(counter, count);
  }

  const TemporaryDirectory directory_;
  const MosquittoBroker broker_;
  std::optional<MemoryCgroup> cgroup_;
  std::optional<BridgeProcess> bridge_;
  std::atomic<bool> end_{false};
  std::atomic<std::size_t> attacks_{0};
  std::atomic<std::size_t> published_{0};
  std::atomic<std::size_t> failed_{0};
  std::vector<std::thread> attackers_;
  std::vector<std::thread> callers_;
};

std::string CallOf(std::uint32_t stream, const std::string& method, const Http2Headers& more = {}) {
  Http2Headers headers = GrpcCallHeaders(method);
  headers.insert(headers.end(), more.begin(), more.end());
  return Encode({Type::kHeaders, Http2Frame::kEndHeaders, stream, EncodeHeaderBlock(headers)});
}

// No key; bodies that never become whole.
void SendHalfBodies(Http2Peer& peer) {
  const std::string half = GrpcMessage(std::string(60000, 'x'), 1000000);
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    if (!peer.Send(CallOf(stream, kPublishMessage))) return;
    peer.SendBody(stream, half);
  }
  peer.WaitUntilRead();
}

// No key, and as many streams as it likes, since the server's limit is in force only when it is
// acknowledged.
void OpenWatches(Http2Peer& peer) {
  peer.IgnoreSettings();
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 4000; stream += 2) {
    const bool watches = stream % 4 == 1;
    if (!peer.Send(CallOf(stream, watches ? kHealthWatch : kReflection) + EncodeBody(stream, ""))) {
      return;
    }
  }
  peer.WaitUntilRead();
}

// A key; large answers of which no byte may be sent.
void ReadNoAnswers(Http2Peer& peer) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 1000);
  v1::PublishMessageRequest request = MessageRequest(users, "hello");
  request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
  const std::string body = GrpcMessage(request.SerializeAsString());
  peer.Send(std::string(kHttp2Preface) +
            Encode({Type::kSettings, 0, 0, std::string("\0\4\0\0\0\0"sv)}));
  for (std::uint32_t stream = 1; stream < 200; stream += 2) {
    const Http2Headers key = {{"authorization", std::string("Bearer ") + kHostileKey}};
    if (!peer.Send(CallOf(stream, kPublishMessage, key))) return;
    std::string_view rest = body;
    while (!rest.empty()) {
      rest.remove_prefix(peer.SendBody(stream, rest));
      if (!rest.empty() && !peer.WaitUntilRead()) return;
    }
    if (!peer.Send({Type::kData, Http2Frame::kEndStream, stream, {}})) return;
  }
  peer.WaitUntilRead();
}

// A key; texts whose JSON is six times as large, and bytes that are no request.
void SendLargeRequests(Http2Peer& peer) {
  const std::string grows = MessageRequest({1}, std::string(60000, '\x01')).SerializeAsString();
  const std::string broken(500000, '\x0A');
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    const Http2Headers key = {{"authorization", std::string("Bearer ") + kHostileKey}};
    if (!peer.Send(CallOf(stream, kPublishMessage, key))) return;
    const std::string body = GrpcMessage(stream % 4 == 1 ? grows : broken);
    std::string_view rest = body;
    while (!rest.empty()) {
      rest.remove_prefix(peer.SendBody(stream, rest));
      if (!rest.empty() && !peer.WaitUntilRead()) return;
    }
    if (!peer.Send({Type::kData, Http2Frame::kEndStream, stream, {}})) return;
  }
  peer.WaitUntilRead();
}

TEST_F(AttackTest, GoodCallersDoNotNoticeAndMemoryStaysWithinItsBound) {
  constexpr std::size_t kCalls = 500;
  StartGoodCallers(10);
  WaitFor(published_, kCalls);
  Attack(SendHalfBodies);
  Attack(OpenWatches);
  Attack(ReadNoAnswers);
  Attack(SendLargeRequests);
  // Connections that say nothing, as many as there are.
  std::deque<FileDescriptor> silent;
  for (std::size_t i = 0; i < kConnections; ++i) {
    constexpr std::uint8_t kSilent = 77;
    silent.push_back(ConnectToLoopback(bridge_->port(), kSilent));
  }
  WaitFor(attacks_, 20);
  // Of a caller who comes only now.
  const auto late =
      v1::EventPublisherService::NewStub(ChannelWithOwnConnection(bridge_->address()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata("authorization", std::string("Bearer ") + kGoodKey);
  v1::PublishMessageResponse response;
  EXPECT_TRUE(late->PublishMessage(&context, MessageRequest({1}, "late"), &response).ok());
  WaitFor(published_, published_ + kCalls);
  End();
  EXPECT_EQ(failed_, 0U);
  EXPECT_TRUE(bridge_->running());
  if (cgroup_.has_value()) {
    std::cout << cgroup_->peak() / 1024 << " of " << kBound / 1024 << " KiB\n";
  }
}

}  // namespace
}  // namespace dino::testing
