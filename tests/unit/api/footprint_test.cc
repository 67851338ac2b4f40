// What calls hold, from their beginning until their answers are written.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/api/publish_stream.h"
#include "server/base/address_ranges.h"
#include "tests/support/process/patience.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using fanout::Admission;

ServerOptions FewWatches() {
  ServerOptions options;
  // Three quarters of them for one network.
  options.transport.connection_limits.max_watches = 4;
  return options;
}

class FootprintTest : public ServerFixture {
 protected:
  explicit FootprintTest(const ServerOptions& options = FewWatches()) : ServerFixture(options) {}

  // The room that all calls hold.
  std::size_t Pending() const { return direct_.admission().pending_bytes(); }

  void WaitForPending(std::size_t bytes) const {
    const Clock::time_point deadline = Clock::now() + testing::kPatience;
    while (Pending() != bytes && Clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(Pending(), bytes);
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  }
};

TEST_F(FootprintTest, ACallHoldsRoomFromItsBeginningOn) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->PublishStream(&context);
  WaitForPending(Admission::kBytesPerCall);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  WaitForPending(0);
}

TEST_F(FootprintTest, ACallForWhichThereIsNoRoomIsRefused) {
  const auto all = direct_.admission().TryAdmit(1, (1 << 24) - Admission::kBytesPerEvent);
  ASSERT_TRUE(all.has_value());
  const Answer answer = Call(Request());
  EXPECT_EQ(ReasonOf(answer.status), "OVERLOADED");
  grpc::ClientContext context;
  SetDeadline(context);
  EXPECT_EQ(ReasonOf(stub_->PublishStream(&context)->Finish()), "OVERLOADED");
}

TEST_F(FootprintTest, WhereThereIsNoRoomTheServerStillTellsWhatItIsAt) {
  const auto all = direct_.admission().TryAdmit(1, (1 << 24) - Admission::kBytesPerEvent);
  ASSERT_TRUE(all.has_value());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetServerInfoResponse info;
  EXPECT_TRUE(stub_->GetServerInfo(&context, {}, &info).ok());
}

TEST_F(FootprintTest, AnEventThatListsItsRecipientsHoldsRoomForThem) {
  std::vector<std::size_t> pending;
  for (const auto detail : {v1::RESULT_DETAIL_COUNTS, v1::RESULT_DETAIL_ALL}) {
    v1::PublishMessageRequest request = Request({1, 2, 3, 4});
    request.mutable_options()->set_result_detail(detail);
    auto answer = CallAsync(request);
    const auto batch = publisher_.WaitForBatch();
    pending.push_back(Pending());
    publisher_.End(batch, kAcknowledged);
    EXPECT_TRUE(answer.get().status.ok());
    WaitForPending(0);
  }
  EXPECT_EQ(pending[1] - pending[0], std::size_t{4} * 48);
}

class BatchFootprintTest : public FootprintTest {
 protected:
  // A batch of two events, of which the first has that many recipients and lists them.
  void Begin(std::int64_t recipients) {
    std::vector<std::int64_t> users;
    for (std::int64_t user = 1; user <= recipients; ++user) users.push_back(user);
    v1::PublishBatchRequest request;
    v1::PublishMessageRequest& first = *request.add_events()->mutable_message();
    first = Request(users);
    first.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
    *request.add_events()->mutable_message() = Request({1});
    answer_ = std::async(std::launch::async, [this, request] {
      grpc::ClientContext context;
      SetDeadline(context);
      v1::PublishBatchResponse response;
      return stub_->PublishBatch(&context, request, &response);
    });
    publisher_.WaitForPublishedCount(2);
  }

  std::future<grpc::Status> answer_;
};

TEST_F(BatchFootprintTest, WhatHasEndedIsNotKeptUntilItsAnswerIsRead) {
  Begin(10);
  auto first = publisher_.WaitForBatch();
  publisher_.End(first, kAcknowledged);
  const std::weak_ptr<mqtt::Batch> ended = std::exchange(first, nullptr);
  EXPECT_TRUE(ended.expired());
  publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  EXPECT_TRUE(answer_.get().ok());
}

TEST_F(BatchFootprintTest, ItsResultsHoldRoomForWhatTheyTakeInMemory) {
  Begin(1000);
  publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  const std::size_t without_results = Admission::kBytesPerCall + Admission::kBytesPerEvent;
  EXPECT_GE(Pending(), without_results + std::size_t{1000} * 56);
  publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  EXPECT_TRUE(answer_.get().ok());
  WaitForPending(0);
}

TEST_F(FootprintTest, UnreadAnswersOfAStreamHoldRoomAndStopItsReading) {
  constexpr std::size_t kRecipients = 2000;
  constexpr std::size_t kEvents = 100;
  publisher_.AcknowledgeAtOnce();
  std::vector<std::int64_t> users(kRecipients);
  for (std::size_t i = 0; i < kRecipients; ++i) users[i] = static_cast<std::int64_t>(i) + 1;
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request(users);
  request.mutable_event()->mutable_message()->mutable_options()->set_result_detail(
      v1::RESULT_DETAIL_ALL);
  // Takes little of what it does not read.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16384);
  const auto stub = v1::EventPublisherService::NewStub(
      grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub->PublishStream(&context);
  std::thread writer([&] {
    for (std::size_t i = 0; i < kEvents; ++i) {
      request.set_sequence(i);
      ASSERT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  const Clock::time_point deadline = Clock::now() + testing::kPatience;
  while (Pending() < kMaxUnreadStreamBytes && Clock::now() < deadline) std::this_thread::yield();
  EXPECT_GE(Pending(), kMaxUnreadStreamBytes);
  EXPECT_LT(Pending(), 2 * kMaxUnreadStreamBytes);
  EXPECT_LT(publisher_.published_count(), kEvents);
  v1::PublishStreamResponse response;
  std::size_t answered = 0;
  while (stream->Read(&response)) answered += response.result().has_delivery() ? 1 : 0;
  writer.join();
  EXPECT_EQ(answered, kEvents);
  EXPECT_TRUE(stream->Finish().ok());
  WaitForPending(0);
}

// Callers without names, behind a proxy that says where they are.
class AddressShareTest : public FootprintTest {
 protected:
  AddressShareTest() : FootprintTest(BehindAProxy()) {}

  std::future<Answer> CallFrom(const std::string& address,
                               const v1::PublishMessageRequest& request) {
    return std::async(std::launch::async, [this, address, request] {
      grpc::ClientContext context;
      SetDeadline(context);
      context.AddMetadata("x-forwarded-for", address);
      return Call(context, request);
    });
  }

 private:
  static ServerOptions BehindAProxy() {
    ServerOptions options;
    options.transport.proxies = *AddressRanges::Parse("127.0.0.1");
    return options;
  }
};

TEST_F(AddressShareTest, WhoFillsWhatMayBePendingLeavesSomeToOtherAddresses) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 1);
  auto first = CallFrom("192.0.2.1", Request(users));
  publisher_.WaitForPublishedCount(1);
  EXPECT_EQ(ReasonOf(CallFrom("192.0.2.1", Request(users)).get().status), "OVERLOADED");
  auto other = CallFrom("192.0.2.2", Request(users));
  publisher_.WaitForPublishedCount(2);
  for (int i = 0; i < 2; ++i) publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_TRUE(other.get().status.ok());
}

TEST_F(AddressShareTest, IdempotencyKeysAreThoseOfOneCaller) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishMessageRequest request = Request();
  request.mutable_options()->set_idempotency_key("key");
  const Answer first = CallFrom("192.0.2.1", request).get();
  const Answer second = CallFrom("192.0.2.2", request).get();
  ASSERT_TRUE(first.status.ok() && second.status.ok());
  EXPECT_EQ(first.response.delivery().event_id(), second.response.delivery().event_id());
  EXPECT_TRUE(second.response.delivery().replayed());
}

TEST_F(FootprintTest, OneNetworkDoesNotHaveAllWatches) {
  const auto health = health::Health::NewStub(channel_);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<health::HealthCheckResponse>>> watches;
  for (int i = 0; i < 4; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    SetDeadline(*contexts.back());
    watches.push_back(health->Watch(contexts.back().get(), {}));
    health::HealthCheckResponse response;
    if (i < 3) {
      EXPECT_TRUE(watches.back()->Read(&response));
    } else {
      EXPECT_FALSE(watches.back()->Read(&response));
      EXPECT_EQ(watches.back()->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    }
  }
  for (const auto& context : contexts) context->TryCancel();
}

class NoAnswersTest : public FootprintTest {
 protected:
  NoAnswersTest() : FootprintTest(Options()) {}

 private:
  static ServerOptions Options() {
    ServerOptions options;
    options.transport.connection_limits.max_unread_answers = 0;
    return options;
  }
};

TEST_F(NoAnswersTest, ACallThatIsRejectedWhileNoneIsReadIsReset) {
  const auto health = health::Health::NewStub(channel_);
  grpc::ClientContext context;
  SetDeadline(context);
  health::HealthCheckResponse response;
  EXPECT_EQ(health->Check(&context, {}, &response).error_code(), grpc::StatusCode::CANCELLED);
  publisher_.AcknowledgeAtOnce();
  EXPECT_TRUE(Call(Request()).status.ok());
}

}  // namespace
}  // namespace dino::api
