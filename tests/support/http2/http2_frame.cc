#include "tests/support/http2/http2_frame.h"

namespace dino::testing {
namespace {

constexpr std::size_t kFrameHeaderBytes = 9;
// The size of a header beyond its name and value.
constexpr std::size_t kHeaderOverhead = 32;

// The low `bytes` bytes of `value`, big-endian.
std::string BigEndian(std::size_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return text;
}

// An HPACK string literal: its length as an integer with a seven-bit prefix, then its bytes.
std::string Literal(std::string_view text) {
  constexpr std::size_t kPrefixFull = 0x7F;
  std::string literal;
  if (text.size() < kPrefixFull) {
    literal += static_cast<char>(text.size());
  } else {
    literal += static_cast<char>(kPrefixFull);
    std::size_t rest = text.size() - kPrefixFull;
    for (; rest >= 0x80U; rest >>= 7U) literal += static_cast<char>(0x80U | (rest & 0x7FU));
    literal += static_cast<char>(rest);
  }
  return literal.append(text);
}

}  // namespace

std::size_t FromBigEndian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::string Encode(const Http2Frame& frame) {
  return BigEndian(frame.payload.size(), 3) + static_cast<char>(frame.type) +
         static_cast<char>(frame.flags) + BigEndian(frame.stream, 4) + frame.payload;
}

std::string EncodeHeaderBlock(const Http2Headers& headers) {
  std::string block;
  for (const auto& [name, value] : headers) {
    // A literal header without indexing, with a new name.
    block.append(1, '\0').append(Literal(name)).append(Literal(value));
  }
  return block;
}

std::size_t HeaderListSize(const Http2Headers& headers) {
  std::size_t size = 0;
  for (const auto& [name, value] : headers) size += name.size() + value.size() + kHeaderOverhead;
  return size;
}

std::optional<std::string> LiteralHeader(std::string_view block, std::string_view name) {
  const std::string literal = Literal(name);
  const std::size_t found = block.find(literal);
  if (found == std::string_view::npos) return std::nullopt;
  block.remove_prefix(found + literal.size());
  if (block.empty()) return std::nullopt;
  const auto length = static_cast<unsigned char>(block.front());
  // Tests ask for no longer and no compressed ones.
  if (length >= 0x7FU || block.size() <= length) return std::nullopt;
  return std::string(block.substr(1, length));
}

Http2Headers GrpcCallHeaders(const std::string& method) {
  return {{":method", "POST"},     {":scheme", "http"}, {":path", method},
          {":authority", "tests"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
}

std::string GrpcMessage(std::string_view message, std::optional<std::size_t> size) {
  return std::string(1, '\0').append(BigEndian(size.value_or(message.size()), 4)).append(message);
}

std::optional<Http2Frame> Http2FrameReader::Next() {
  const std::string_view bytes = std::string_view(unread_).substr(begin_);
  const std::size_t length = FromBigEndian(bytes.substr(0, 3));
  if (bytes.size() < kFrameHeaderBytes + length) {
    unread_.erase(0, std::exchange(begin_, 0));
    return std::nullopt;
  }
  Http2Frame frame;
  frame.type = static_cast<Http2Frame::Type>(bytes[3]);
  frame.flags = static_cast<std::uint8_t>(bytes[4]);
  frame.stream = static_cast<std::uint32_t>(FromBigEndian(bytes.substr(5, 4)));
  frame.payload = bytes.substr(kFrameHeaderBytes, length);
  begin_ += kFrameHeaderBytes + length;
  return frame;
}

}  // namespace dino::testing
