#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/http2/own_connection.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

constexpr std::size_t kMaxMessageBytes = 4194304;
constexpr std::size_t kMaxMetadataBytes = 8192;

// Pads `request` to that length with an unknown field.
void Lengthen(v1::PublishMessageRequest& request, std::size_t bytes) {
  google::protobuf::UnknownFieldSet& fields =
      *v1::PublishMessageRequest::GetReflection()->MutableUnknownFields(&request);
  std::string padding(bytes - request.ByteSizeLong(), 'x');
  fields.AddLengthDelimited(1000, padding);
  // The field takes more than its bytes.
  padding.resize(padding.size() - (request.ByteSizeLong() - bytes));
  fields.Clear();
  fields.AddLengthDelimited(1000, padding);
  ASSERT_EQ(request.ByteSizeLong(), bytes);
}

// The headers of a call, padded to that size with one more header.
std::string EncodeLongHeaders(std::uint32_t stream, std::size_t bytes) {
  Http2Headers headers = GrpcCallHeaders(kPublishMessage);
  headers.emplace_back("padding", "");
  const std::string padding(bytes - HeaderListSize(headers), 'x');
  return EncodeCallHeaders(stream, {{"padding", padding}});
}

class GrpcLimitsTest : public FloodFixture {
 protected:
  GrpcLimitsTest() : FloodFixture({}) {}

  // Calls with headers of that size, and returns the call's status.
  std::string StatusAfterHeadersOf(std::size_t bytes) {
    Http2Peer peer(bridge_.port());
    peer.Greet();
    // The limit applies once the peer has acknowledged it.
    peer.WaitUntilRead();
    peer.Send(EncodeLongHeaders(1, bytes) + EncodeBody(1, RequestOf(0).SerializeAsString()));
    const auto end = peer.WaitForEndOf(1);
    if (!end.has_value() || end->type != Http2Frame::Type::kHeaders) return "none";
    return LiteralHeader(end->payload, "grpc-status").value_or("none");
  }
};

TEST_F(GrpcLimitsTest, TheLongestRequestIsServed) {
  v1::PublishMessageRequest request = RequestOf(0);
  Lengthen(request, kMaxMessageBytes);
  const grpc::Status status = PublishMessage(bridge_, request);

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(TakeArrivals(1).size(), 1U);
}

struct TooLong {
  const char* name;
  std::size_t bytes;
  grpc::StatusCode code;
};

class GrpcTooLongRequestTest : public GrpcLimitsTest,
                               public ::testing::WithParamInterface<TooLong> {};

TEST_P(GrpcTooLongRequestTest, NothingIsPublishedAndNobodyElseIsHarmed) {
  constexpr std::size_t kCalls = 50;
  StartSteadyCallers();
  CallFlood flood(bridge_.address(), 2);
  for (std::size_t i = 0; i < kCalls; ++i) {
    v1::PublishMessageRequest request = RequestOf(i);
    Lengthen(request, GetParam().bytes);
    flood.Start(request, kLongDeadline);
  }
  const auto counts = CountCodes(flood.Finish());

  EXPECT_EQ(counts, (std::map<grpc::StatusCode, std::size_t>{{GetParam().code, kCalls}}));
  EXPECT_TRUE(TakeArrivals(kCalls).empty());
  ExpectSteadyCallersUnharmed();
}

INSTANTIATE_TEST_SUITE_P(All, GrpcTooLongRequestTest,
                         ::testing::Values(TooLong{"ByAByte", kMaxMessageBytes + 1,
                                                   grpc::StatusCode::INVALID_ARGUMENT},
                                           TooLong{"Received", 2 * kMaxMessageBytes + 1048576,
                                                   grpc::StatusCode::INVALID_ARGUMENT},
                                           TooLong{"NotReceived", 2 * kMaxMessageBytes + 1048577,
                                                   grpc::StatusCode::RESOURCE_EXHAUSTED}),
                         [](const auto& test) { return test.param.name; });

TEST_F(GrpcLimitsTest, TheLargestMetadataIsServed) {
  EXPECT_EQ(StatusAfterHeadersOf(kMaxMetadataBytes), "0");
  EXPECT_EQ(TakeArrivals(1).size(), 1U);
}

TEST_F(GrpcLimitsTest, MetadataAByteAboveTheLimitPublishesNothing) {
  EXPECT_EQ(StatusAfterHeadersOf(kMaxMetadataBytes + 1), "8");
  EXPECT_TRUE(TakeArrivals(1).empty());
}

TEST_F(GrpcLimitsTest, ManyCallsWithMetadataAtTheLimitAndBeyondItHarmNobodyElse) {
  constexpr std::uint32_t kCalls = 300;
  StartSteadyCallers();
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.WaitUntilRead();
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    peer.Send(EncodeLongHeaders(2 * i + 1, kMaxMetadataBytes) +
              EncodeBody(2 * i + 1, RequestOf(i).SerializeAsString()));
    if (i % 10 == 0) {
      EXPECT_EQ(StatusAfterHeadersOf(kMaxMetadataBytes + 1), "8");
    }
  }
  peer.WaitForEnds(kCalls);

  EXPECT_EQ(TakeArrivals(kCalls).size(), kCalls);
  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcLimitsTest, ExcessiveMetadataIsReportedToTheCaller) {
  // The connection does not outlive such a call.
  const auto stub = v1::EventPublisherService::NewStub(ChannelWithOwnConnection(bridge_.address()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata("padding", std::string(kMaxMetadataBytes, 'x'));
  v1::PublishMessageResponse response;
  const grpc::Status status = stub->PublishMessage(&context, RequestOf(0), &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(status);
  EXPECT_TRUE(TakeArrivals(1).empty());
}

}  // namespace
}  // namespace dino::testing
