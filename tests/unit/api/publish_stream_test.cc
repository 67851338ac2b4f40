#include "server/api/publish_stream.h"

#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "server/grpc/message.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;

class PublishStreamTest : public ServerFixture {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>;

  PublishStreamTest() {
    context_.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    stream_ = stub_->PublishStream(&context_);
  }

  static v1::PublishStreamRequest Event(std::uint64_t sequence, std::int64_t user = 1) {
    v1::PublishStreamRequest request;
    request.set_sequence(sequence);
    *request.mutable_event()->mutable_message() = Request({user});
    return request;
  }

  v1::PublishStreamResponse Next() {
    v1::PublishStreamResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(PublishStreamTest, AnswersEachEventAsSoonAsItsEndIsKnown) {
  ASSERT_TRUE(stream_->Write(Event(10)));
  const auto first = publisher_.WaitForBatch();
  ASSERT_TRUE(stream_->Write(Event(11)));
  publisher_.WaitForPublishedCount(2);
  v1::PublishStreamRequest invalid = Event(12);
  invalid.mutable_event()->mutable_message()->clear_user_ids();
  ASSERT_TRUE(stream_->Write(invalid));
  const v1::PublishStreamResponse refused = Next();
  EXPECT_EQ(refused.sequence(), 12U);
  EXPECT_EQ(refused.result().error().code(), grpc::StatusCode::INVALID_ARGUMENT);

  publisher_.End(first, kAcknowledged);
  EXPECT_EQ(Next().sequence(), 10U);
  const auto second = publisher_.WaitForBatch();
  EXPECT_EQ(second->options().lane, first->options().lane) << "the order of the stream is kept";
  EXPECT_NE(second->options().lane, 0U);
  publisher_.End(second, kAcknowledged);
  const v1::PublishStreamResponse answer = Next();
  EXPECT_EQ(answer.sequence(), 11U);
  EXPECT_EQ(answer.result().delivery().acknowledged_count(), 1U);
  ASSERT_TRUE(stream_->WritesDone());
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_F(PublishStreamTest, WhatIsOpenWhenTheCallerHasSaidAllIsStillAnswered) {
  ASSERT_TRUE(stream_->Write(Event(1)));
  ASSERT_TRUE(stream_->WritesDone());
  publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  EXPECT_EQ(Next().sequence(), 1U);
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_F(PublishStreamTest, AnEmptyStreamIsFine) {
  ASSERT_TRUE(stream_->WritesDone());
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_F(PublishStreamTest, ReadsNoMoreWhileTooManyEventsAreOpen) {
  constexpr std::uint64_t kEvents = 3000;
  std::thread writer([this] {
    for (std::uint64_t i = 0; i < kEvents; ++i) ASSERT_TRUE(stream_->Write(Event(i)));
    ASSERT_TRUE(stream_->WritesDone());
  });
  publisher_.WaitForPublishedCount(1000);
  std::set<std::uint64_t> answered;
  while (answered.size() < kEvents && !HasFailure()) {
    EXPECT_LE(publisher_.published_count(), 1000 + answered.size() + 1);
    publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
    answered.insert(Next().sequence());
  }
  writer.join();
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_F(PublishStreamTest, ACallerThatDoesNotReadIsHeldBack) {
  publisher_.AcknowledgeAtOnce();
  // A client that does not offer ever more room for answers that nobody reads.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  const auto stub = v1::EventPublisherService::NewStub(
      grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  const auto stream = stub->PublishStream(&context);
  // More answers than all buffers on the way hold.
  constexpr std::uint64_t kEvents = 20000;
  std::atomic<std::uint64_t> written{0};
  std::thread writer([&stream, &written] {
    while (written < kEvents && stream->Write(Event(written))) ++written;
    stream->WritesDone();
  });
  // That nothing happens any more has no event to wait for; a busy machine fails nothing here.
  std::size_t published = 0;
  do {
    published = publisher_.published_count();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  } while (published == 0 || publisher_.published_count() != published);
  EXPECT_LT(written, kEvents);
  v1::PublishStreamResponse response;
  std::uint64_t answered = 0;
  while (stream->Read(&response)) EXPECT_EQ(response.sequence(), answered++);
  EXPECT_EQ(answered, kEvents);
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(PublishStreamTest, ACancelledStreamStopsItsEvents) {
  for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(stream_->Write(Event(i)));
  publisher_.WaitForPublishedCount(10);
  context_.TryCancel();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::CANCELLED);
  publisher_.WaitForNoBatch();
}

TEST_F(PublishStreamTest, WhatIsNoRequestEndsTheStreamAfterTheAnswers) {
  stream_->WritesDone();
  EXPECT_TRUE(stream_->Finish().ok());
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return ok;
  };
  auto call =
      stub.PrepareCall(&context, "/dino.events.v1.EventPublisherService/PublishStream", &queue);
  call->StartCall(this);
  ASSERT_TRUE(await());
  call->Write(transport::Message(Event(1)).buffer(), this);
  ASSERT_TRUE(await());
  const auto batch = publisher_.WaitForBatch();
  const grpc::Slice garbage("\xFF\xFF");
  call->Write(grpc::ByteBuffer(&garbage, 1), this);
  ASSERT_TRUE(await());
  publisher_.End(batch, kAcknowledged);
  grpc::ByteBuffer answer;
  call->Read(&answer, this);
  EXPECT_TRUE(await());
  call->Read(&answer, this);
  EXPECT_FALSE(await());
  grpc::Status status;
  call->Finish(&status, this);
  await();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
}

TEST_F(PublishStreamTest, ADrainAnswersWhatIsOpenAndEndsTheStream) {
  ASSERT_TRUE(stream_->Write(Event(1)));
  const auto batch = publisher_.WaitForBatch();
  // Longer than the stream has: its end would be another one if the drain waited for it.
  auto drained = std::async(std::launch::async, [this] { server_->Drain(2 * testing::kPatience); });
  publisher_.End(batch, kAcknowledged);
  EXPECT_EQ(Next().sequence(), 1U);
  v1::PublishStreamResponse none;
  EXPECT_FALSE(stream_->Read(&none));
  const grpc::Status status = stream_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  EXPECT_EQ(drained.wait_for(testing::kPatience), std::future_status::ready)
      << "an idle stream delays the stop";
}

}  // namespace
}  // namespace dino::api
