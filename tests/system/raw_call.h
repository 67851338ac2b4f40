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

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_RAW_CALL_H_
