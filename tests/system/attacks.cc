#include "tests/system/attacks.h"

#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "tests/support/http2/http2_frame.h"
#include "tests/system/raw_call.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using Type = Http2Frame::Type;

constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kReflection[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

std::string HeadersOf(std::uint32_t stream, const std::string& method,
                      const Http2Headers& more = {}) {
  Http2Headers headers = GrpcCallHeaders(method);
  headers.insert(headers.end(), more.begin(), more.end());
  return Encode({Type::kHeaders, Http2Frame::kEndHeaders, stream, EncodeHeaderBlock(headers)});
}

// Makes a whole call; false if the server has closed the connection.
bool Call(Http2Peer& peer, std::uint32_t stream, const std::string& api_key,
          std::string_view body) {
  if (!peer.Send(HeadersOf(stream, kPublishMessage, {{"authorization", "Bearer " + api_key}}))) {
    return false;
  }
  while (!body.empty()) {
    body.remove_prefix(peer.SendBody(stream, body));
    if (!body.empty() && !peer.WaitUntilRead()) return false;
  }
  return peer.Send({Type::kData, Http2Frame::kEndStream, stream, {}});
}

}  // namespace

void SendHalfBodies(Http2Peer& peer) {
  const std::string half = GrpcMessage(std::string(60000, 'x'), 1000000);
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    if (!peer.Send(HeadersOf(stream, kPublishMessage))) return;
    peer.SendBody(stream, half);
  }
  peer.WaitUntilRead();
}

void OpenWatches(Http2Peer& peer) {
  peer.IgnoreSettings();
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 4000; stream += 2) {
    const bool watches = stream % 4 == 1;
    if (!peer.Send(HeadersOf(stream, watches ? kHealthWatch : kReflection) +
                   EncodeBody(stream, ""))) {
      return;
    }
  }
  peer.WaitUntilRead();
}

void SendHeaderWithoutEnd(Http2Peer& peer) {
  static const std::string frames = EncodeEndlessHeaders(16777216);
  if (!peer.Greet() || !peer.Send(frames)) return;
  peer.WaitUntilRead();
}

void ReadNoAnswers(Http2Peer& peer, const std::string& api_key) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 1000);
  v1::PublishMessageRequest request = MessageRequest(users, "hello");
  request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
  const std::string body = GrpcMessage(request.SerializeAsString());
  peer.Send(std::string(kHttp2Preface) +
            Encode({Type::kSettings, 0, 0, std::string("\0\4\0\0\0\0"sv)}));
  for (std::uint32_t stream = 1; stream < 200; stream += 2) {
    if (!Call(peer, stream, api_key, body)) return;
  }
  peer.WaitUntilRead();
}

void SendLargeRequests(Http2Peer& peer, const std::string& api_key) {
  const std::string grows =
      GrpcMessage(MessageRequest({1}, std::string(60000, '\x01')).SerializeAsString());
  const std::string broken = GrpcMessage(std::string(500000, '\x0A'));
  peer.Greet();
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    if (!Call(peer, stream, api_key, stream % 4 == 1 ? grows : broken)) return;
  }
  peer.WaitUntilRead();
}

}  // namespace dino::testing
