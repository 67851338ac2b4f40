#ifndef DINO_TESTS_SYSTEM_RAW_CALL_H_
#define DINO_TESTS_SYSTEM_RAW_CALL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/http2/http2_frame.h"

namespace dino::testing {

inline constexpr char kPublishMessage[] = "/dino.events.v1.EventPublisherService/PublishMessage";

// The frame with the whole body of a call's request, which ends the stream.
inline std::string EncodeBody(std::uint32_t stream, std::string_view request) {
  return Encode({Http2Frame::Type::kData, Http2Frame::kEndStream, stream, GrpcMessage(request)});
}

// The complete headers of a PublishMessage call.
inline std::string EncodeCallHeaders(std::uint32_t stream, const Http2Headers& more = {}) {
  Http2Headers headers = GrpcCallHeaders(kPublishMessage);
  headers.insert(headers.end(), more.begin(), more.end());
  return Encode(
      {Http2Frame::Type::kHeaders, Http2Frame::kEndHeaders, stream, EncodeHeaderBlock(headers)});
}

// A call whose headers never end: so many bytes of the value of one that is to have 1 GiB.
inline std::string EncodeEndlessHeaders(std::size_t bytes) {
  constexpr std::size_t kFrameBytes = 16384;
  // A header `x` (RFC 7541, section 6.2.2) and the length of its value.
  constexpr std::string_view kHeader("\0\1x\x7F\x80\x80\x80\x80\4", 9);
  std::string frames =
      Encode({Http2Frame::Type::kHeaders, 0, 1,
              EncodeHeaderBlock(GrpcCallHeaders(kPublishMessage)).append(kHeader)});
  for (std::size_t i = 0; i < bytes / kFrameBytes; ++i) {
    frames += Encode({Http2Frame::Type::kContinuation, 0, 1, std::string(kFrameBytes, 'x')});
  }
  return frames;
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_RAW_CALL_H_
