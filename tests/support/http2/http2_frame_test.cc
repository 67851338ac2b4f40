#include "tests/support/http2/http2_frame.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

TEST(Http2FrameTest, EncodesLengthTypeFlagsStreamAndPayload) {
  const Http2Frame frame{Http2Frame::Type::kHeaders, Http2Frame::kEndHeaders, 0x01020304, "abc"};
  EXPECT_EQ(Encode(frame), "\0\0\3\1\4\1\2\3\4abc"sv);
}

TEST(Http2FrameTest, ReadsEncodedNumbers) {
  EXPECT_EQ(FromBigEndian("\0\x80\xFF\1"sv), 0x80FF01U);
  EXPECT_EQ(FromBigEndian(""), 0U);
}

TEST(Http2FrameTest, EncodesHeadersInFull) {
  EXPECT_EQ(EncodeHeaderBlock({{"a", "bc"}, {"def", ""}}), "\0\1a\2bc\0\3def\0"sv);
}

TEST(Http2FrameTest, EncodesLengthsThatNeedMoreThanAByte) {
  // An integer with a prefix of seven bits (RFC 7541, section 5.1): 126 fits, 127 does not.
  const auto block = [](std::size_t size) {
    return EncodeHeaderBlock({{"a", std::string(size, 'x')}});
  };
  EXPECT_EQ(block(126), std::string("\0\1a\x7E"sv) + std::string(126, 'x'));
  EXPECT_EQ(block(127), std::string("\0\1a\x7F\0"sv) + std::string(127, 'x'));
  EXPECT_EQ(block(255), std::string("\0\1a\x7F\x80\1"sv) + std::string(255, 'x'));
}

TEST(Http2FrameTest, CountsHeadersAsTheirLimitDoes) {
  EXPECT_EQ(HeaderListSize({{"a", "bc"}, {"def", ""}}), 1U + 2 + 32 + 3 + 32);
}

TEST(Http2FrameTest, FindsALiteralHeader) {
  const std::string block = EncodeHeaderBlock({{"grpc-status", "13"}, {"grpc-message", "no"}});
  EXPECT_EQ(LiteralHeader(block, "grpc-status"), "13");
  EXPECT_EQ(LiteralHeader(block, "grpc-message"), "no");
  EXPECT_FALSE(LiteralHeader(block, "other").has_value());
  EXPECT_FALSE(LiteralHeader("\0\1a\2b"sv, "a").has_value());
  EXPECT_FALSE(LiteralHeader("\0\1a"sv, "a").has_value());
}

TEST(Http2FrameTest, PutsTheLengthBeforeAMessage) {
  EXPECT_EQ(GrpcMessage("abc"), "\0\0\0\0\3abc"sv);
  EXPECT_EQ(GrpcMessage("abc", 0x01020304), "\0\1\2\3\4abc"sv);
}

TEST(Http2FrameReaderTest, FindsFramesWhereverTheStreamIsCut) {
  const std::string stream = Encode({Http2Frame::Type::kPing, Http2Frame::kAck, 0, "12345678"}) +
                             Encode({Http2Frame::Type::kData, 0, 0x80000001, ""});
  Http2FrameReader reader;
  std::vector<Http2Frame> frames;
  for (const char c : stream) {
    reader.Append({&c, 1});
    while (auto frame = reader.Next()) frames.push_back(*std::move(frame));
  }
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].type, Http2Frame::Type::kPing);
  EXPECT_TRUE(frames[0].Has(Http2Frame::kAck));
  EXPECT_EQ(frames[0].payload, "12345678");
  EXPECT_EQ(frames[1].type, Http2Frame::Type::kData);
  EXPECT_EQ(frames[1].stream, 0x80000001U);
  EXPECT_EQ(frames[1].payload, "");
}

}  // namespace
}  // namespace dino::testing
