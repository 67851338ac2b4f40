#ifndef DINO_TESTS_SUPPORT_HTTP2_HTTP2_FRAME_H_
#define DINO_TESTS_SUPPORT_HTTP2_HTTP2_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dino::testing {

// The client's preface (RFC 9113, section 3.4); a SETTINGS frame follows.
inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// One HTTP/2 frame (RFC 9113, section 4.1). Not validated: tests make invalid ones, too.
struct Http2Frame {
  enum class Type : std::uint8_t {
    kData = 0x0,
    kHeaders = 0x1,
    kRstStream = 0x3,
    kSettings = 0x4,
    kPing = 0x6,
    kGoAway = 0x7,
    kWindowUpdate = 0x8,
    kContinuation = 0x9,
  };
  // Of DATA and HEADERS.
  static constexpr std::uint8_t kEndStream = 0x1;
  // Of SETTINGS and PING.
  static constexpr std::uint8_t kAck = 0x1;
  // Of HEADERS and CONTINUATION.
  static constexpr std::uint8_t kEndHeaders = 0x4;

  Type type = Type::kData;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;

  bool Has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// Reads a big-endian number.
std::size_t FromBigEndian(std::string_view bytes);

// The frame's bytes. The payload must be shorter than 2^24 bytes.
std::string Encode(const Http2Frame& frame);

using Http2Headers = std::vector<std::pair<std::string, std::string>>;

// A header block that refers to no table and compresses nothing (RFC 7541, section 6.2.2).
std::string EncodeHeaderBlock(const Http2Headers& headers);

// The size of the headers as SETTINGS_MAX_HEADER_LIST_SIZE counts it.
std::size_t HeaderListSize(const Http2Headers& headers);

// The value of a header that the block spells out uncompressed, as gRPC's servers do for the first
// header of a name on a connection.
std::optional<std::string> LiteralHeader(std::string_view block, std::string_view name);

// The headers that start a gRPC call of `method` (`/package.Service/Method`).
Http2Headers GrpcCallHeaders(const std::string& method);

// A message as in the DATA of a gRPC call, uncompressed. Its length field is `size`, if given.
std::string GrpcMessage(std::string_view message, std::optional<std::size_t> size = std::nullopt);

// Splits what a server sends into frames. Not thread-safe.
class Http2FrameReader {
 public:
  // Adds bytes of the stream, cut anywhere.
  void Append(std::string_view bytes) { unread_.append(bytes); }

  // Takes the next frame; nothing if more bytes are needed.
  std::optional<Http2Frame> Next();

 private:
  std::string unread_;
  // Where the next frame begins in `unread_`.
  std::size_t begin_ = 0;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_HTTP2_HTTP2_FRAME_H_
