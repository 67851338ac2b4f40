#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/raw_call.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kMebibyte = 1048576;
constexpr std::size_t kPendingBytes = 2 * kMebibyte;
constexpr std::int64_t kRecipients = 10000;

// A caller who wants to know about each recipient, and then reads none of it.
class UnreadAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    std::vector<std::int64_t> users(kRecipients);
    std::iota(users.begin(), users.end(), 1);
    request_ = MessageRequest(users, "hello");
    request_.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
    body_ = GrpcMessage(request_.SerializeAsString());
  }

  std::size_t Resident() const { return UsageOf(bridge_.pid()).resident_kib * 1024; }

  // How many calls of PublishMessage have got their answers, which need not be read.
  std::size_t Answered() const {
    const std::string metrics = BodyOf(HttpGet(bridge_.ops_address(), "/metrics"));
    constexpr std::string_view kSeries = "\ngrpc_server_handled_total{";
    std::size_t answered = 0;
    for (std::size_t at = metrics.find(kSeries); at != std::string::npos;
         at = metrics.find(kSeries, at + 1)) {
      const std::string line = metrics.substr(at + 1, metrics.find('\n', at + 1) - at - 1);
      if (line.find("\"PublishMessage\"") == std::string::npos) continue;
      answered += std::stoul(line.substr(line.rfind(' ')));
    }
    return answered;
  }

  void WaitForAnswers(std::size_t count) const {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (Answered() < count && Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(Answered(), count);
  }

  // Sends the whole body, as flow control allows.
  void SendAllOfBody(Http2Peer& peer, std::uint32_t stream) const {
    std::string_view rest = body_;
    while (!rest.empty()) {
      rest.remove_prefix(peer.SendBody(stream, rest));
      if (!rest.empty() && !peer.WaitUntilRead()) return;
    }
    peer.Send({Http2Frame::Type::kData, Http2Frame::kEndStream, stream, {}});
  }

  MosquittoBroker broker_;
  BridgeProcess bridge_{broker_.address(),
                        {"--max-pending-bytes=" + std::to_string(kPendingBytes)}};
  v1::PublishMessageRequest request_;
  std::string body_;
};

TEST_F(UnreadAnswersTest, HoldRoomSoThatMemoryStaysWithinItsBound) {
  // Their answers would take 26 MiB. Where memory cannot be measured, enough to fill the room.
  const std::uint32_t calls = BridgeIsSanitized() ? 40 : 200;
  const std::size_t idle = Resident();
  Http2Peer peer(bridge_.port());
  // SETTINGS_INITIAL_WINDOW_SIZE 0: no byte of an answer may be sent.
  peer.Send(std::string(kHttp2Preface) +
            Encode({Http2Frame::Type::kSettings, 0, 0, std::string("\0\4\0\0\0\0"sv)}));
  for (std::uint32_t call = 0; call < calls; ++call) {
    const std::uint32_t stream = 2 * call + 1;
    peer.Send(EncodeCallHeaders(stream));
    SendAllOfBody(peer, stream);
    WaitForAnswers(call + 1);
  }
  if (!BridgeIsSanitized()) {
    // What the library holds for a connection and its calls comes on top.
    EXPECT_LT(Resident(), idle + 2 * kPendingBytes + 8 * kMebibyte);
  }
  EXPECT_EQ(ReasonOf(PublishMessage(bridge_, request_)), "OVERLOADED");
}

}  // namespace
}  // namespace dino::testing
