#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/system/bridge_program.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using ::testing::AnyOf;
using Type = Http2Frame::Type;

// Peers that break the rules, next to callers that must not be affected.
class GrpcHostilePeersTest : public FloodFixture {
 protected:
  GrpcHostilePeersTest() : FloodFixture({}) { StartSteadyCallers(); }

  // Connects and sends. The server gets some time, while others do the same, before the connection
  // is closed.
  void SendFromNewPeer(std::string_view bytes) {
    constexpr std::size_t kPeersAtOnce = 50;
    peers_.push_back(std::make_unique<Http2Peer>(bridge_.port()));
    peers_.back()->Send(bytes);
    if (peers_.size() > kPeersAtOnce) EndOldestPeer();
  }

  void ExpectNobodyHarmed() {
    while (!peers_.empty()) EndOldestPeer();
    WaitForSuccessesOfEach(steady_callers_, 10);
    ExpectSteadyCallersUnharmed();
    ExpectProcessIsBack(30UL * 1024);
  }

  std::string WholeCall() const {
    return std::string(kHttp2Preface) + Encode({Type::kSettings, 0, 0, {}}) + EncodeCallHeaders(1) +
           EncodeBody(1, RequestOf(0).SerializeAsString());
  }

 private:
  void EndOldestPeer() {
    peers_.front()->FinishSending();
    peers_.front()->WaitForClose();
    peers_.pop_front();
  }

  std::deque<std::unique_ptr<Http2Peer>> peers_;
};

TEST_F(GrpcHostilePeersTest, CallsResetAtOnceHarmNobody) {
  constexpr std::uint32_t kResets = 2000;
  const std::string request = RequestOf(0).SerializeAsString();
  std::vector<std::thread> peers;
  for (const bool with_body : {false, false, true, true}) {
    peers.emplace_back([this, with_body, &request] {
      Http2Peer peer(bridge_.port());
      peer.Greet();
      for (std::uint32_t i = 0; i < kResets; ++i) {
        const std::uint32_t stream = 2 * i + 1;
        // CANCEL
        const Http2Frame reset{Type::kRstStream, 0, stream, std::string("\0\0\0\x8"sv)};
        if (!peer.Send(EncodeCallHeaders(stream) + (with_body ? EncodeBody(stream, request) : "") +
                       Encode(reset))) {
          return;
        }
      }
      // Some versions of gRPC end such a connection earlier.
      peer.FinishSending();
      peer.WaitForClose();
    });
  }
  WaitForSuccessesOfEach(steady_callers_, 10);
  for (std::thread& peer : peers) peer.join();

  ExpectNobodyHarmed();
}

TEST_F(GrpcHostilePeersTest, OtherProtocolsHarmNobody) {
  SendFromNewPeer("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  SendFromNewPeer("\x16\x03\x01\x00\xA5\x01\x00\x00\xA1\x03\x03 a client hello of TLS"sv);
  SendFromNewPeer("\x10\x10\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x04test"sv);
  SendFromNewPeer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand then something else altogether");
  SendFromNewPeer("");

  ExpectNobodyHarmed();
}

TEST_F(GrpcHostilePeersTest, RandomBytesHarmNobody) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> any_byte(0, 255);
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    std::string noise(random() % 2000, '\0');
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<char>(any_byte(random)); });
    SendFromNewPeer(i % 2 == 0 ? noise : std::string(kHttp2Preface) + noise);
  }

  ExpectNobodyHarmed();
}

TEST_F(GrpcHostilePeersTest, InvalidFramesHarmNobody) {
  std::mt19937 random(2);
  const std::string greeting = std::string(kHttp2Preface) + Encode({Type::kSettings, 0, 0, {}});
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    std::string frames = greeting;
    for (int j = 0; j < 5; ++j) {
      frames += Encode({static_cast<Type>(random() % 12), static_cast<std::uint8_t>(random()),
                        static_cast<std::uint32_t>(random() % 4),
                        EncodeCallHeaders(1).substr(9, random() % 200)});
    }
    SendFromNewPeer(frames);
  }

  ExpectNobodyHarmed();
}

// One of them, and too many bytes of others (CVE-2023-1428).
TEST_F(GrpcHostilePeersTest, HeadersThatEndLaterLibrariesHarmNobody) {
  for (const auto& [name, value] :
       Http2Headers{{":scheme", "x"}, {"te", "x"}, {"grpclb_client_stats", "x"}}) {
    Http2Headers headers = GrpcCallHeaders(kPublishMessage);
    headers.erase(std::remove_if(headers.begin(), headers.end(),
                                 [key = name](const auto& header) { return header.first == key; }),
                  headers.end());
    headers.insert(headers.begin(), {name, value});
    headers.emplace_back("padding", std::string(9000, 'x'));
    Http2Frame frame{Type::kHeaders, Http2Frame::kEndHeaders, 1, EncodeHeaderBlock(headers)};
    SendFromNewPeer(std::string(kHttp2Preface) + Encode({Type::kSettings, 0, 0, {}}) +
                    Encode(frame));
  }

  ExpectNobodyHarmed();
}

// Removes, duplicates or changes something at a random place.
void Mutate(std::string& bytes, std::mt19937& random) {
  const std::size_t at = random() % bytes.size();
  const std::size_t size = std::min<std::size_t>(random() % 20, bytes.size() - at);
  switch (random() % 4) {
    case 0:
      bytes[at] = static_cast<char>(random());
      break;
    case 1:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      break;
    case 2:
      bytes.erase(at, size);
      break;
    default:
      bytes.insert(at, bytes.substr(at, size));
  }
}

TEST_F(GrpcHostilePeersTest, InvalidCallsHarmNobody) {
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    SCOPED_TRACE(i);
    std::string call = WholeCall();
    for (int j = 0; j <= i % 3; ++j) Mutate(call, random);
    SendFromNewPeer(call);
  }

  ExpectNobodyHarmed();
}

// Room for 16 MiB of requests that are arriving.
class GrpcReceivingTest : public FloodFixture {
 protected:
  GrpcReceivingTest() : FloodFixture({"--max-receiving-bytes=16777216"}) {}
};

TEST_F(GrpcReceivingTest, UnfinishedRequestsTakeLittleMemoryAndLockNobodyOut) {
  constexpr std::uint32_t kCalls = 400;
  const std::string bytes(1000000, 'x');
  StartSteadyCallers();
  Http2Peer peer(bridge_.port());
  peer.Greet();
  std::size_t sent = 0;
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    const std::uint32_t stream = 2 * i + 1;
    peer.Send(EncodeCallHeaders(stream));
    // One byte more than will ever arrive.
    peer.SendBody(stream, GrpcMessage("", bytes.size() + 1));
    peer.WaitUntilRead();
    sent += peer.SendBody(stream, bytes);
  }
  const ProcessUsage usage = UsageOf(bridge_.pid());

  // More than it keeps.
  EXPECT_GT(sent, std::size_t{GrpcHasFixes() ? 17U : 96U} << 20U);
  if (kMemoryTells) {
    EXPECT_LE(usage.resident_kib, before_.resident_kib + 80UL * 1024);
  }
  if (GrpcHasFixes()) {
    // Whoever fills that room keeps others out for as long as the connection lasts.
    peer.FinishSending();
    peer.WaitForClose();
  }
  // Any caller's request may be the one that is cut off.
  WaitForSuccessesOfEach(steady_callers_, 10);
  for (const auto& caller : steady_callers_) {
    for (const CallRecord& record : caller->Stop()) {
      ASSERT_THAT(record.answer.error_code(),
                  AnyOf(grpc::StatusCode::OK, grpc::StatusCode::RESOURCE_EXHAUSTED,
                        grpc::StatusCode::UNAVAILABLE))
          << Describe(record.answer);
    }
  }
}

}  // namespace
}  // namespace dino::testing
