#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "server/fanout/event_id.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr PublicationOutcome kNoSubscriber{Outcome::kNoSubscriber, 0x10, false};
constexpr PublicationOutcome kUnknown{Outcome::kUnknown, 0, false};

class IdempotencyTest : public ServerFixture {
 protected:
  static v1::PublishMessageRequest Keyed(const std::vector<std::int64_t>& users = {1, 2, 3}) {
    v1::PublishMessageRequest request = Request(users);
    request.mutable_options()->set_idempotency_key("key");
    request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
    return request;
  }

  // A call that the test can cancel, or that has a deadline of its own.
  struct Pending {
    grpc::ClientContext context;
    std::future<Answer> answer;
  };
  std::unique_ptr<Pending> Start(const v1::PublishMessageRequest& request,
                                 std::chrono::milliseconds deadline = testing::kPatience) {
    auto pending = std::make_unique<Pending>();
    pending->context.set_deadline(std::chrono::system_clock::now() + deadline);
    pending->answer = std::async(std::launch::async, [this, request, &context = pending->context] {
      return Call(context, request);
    });
    return pending;
  }
  // The same, and waits until it has joined a call with its key.
  std::unique_ptr<Pending> StartJoined(const v1::PublishMessageRequest& request) {
    auto pending = Start(request);
    WaitForJoined(1);
    return pending;
  }
  void WaitForJoined(std::size_t count) {
    const auto give_up = Clock::now() + testing::kPatience;
    const auto joined = [this] { return keyed_.figures().waiting; };
    while (joined() != count && Clock::now() < give_up) std::this_thread::yield();
    EXPECT_EQ(joined(), count);
  }

  // Ends the open batch, after checking whom it is for.
  void End(const std::vector<std::string>& topics,
           const std::vector<PublicationOutcome>& outcomes) {
    const auto batch = publisher_.WaitForBatch();
    std::vector<std::string> published(batch->chunks().front().count);
    for (std::uint32_t i = 0; i < published.size(); ++i) batch->WriteTopic(i, published[i]);
    EXPECT_EQ(published, topics);
    EXPECT_EQ(batch->options().user_properties.front().second,
              fanout::TextOf(fanout::EventIdOf("anonymous", "key")));
    publisher_.End(batch, outcomes);
  }

  // As "user outcome".
  static std::vector<std::string> ResultsOf(const v1::Delivery& delivery) {
    std::vector<std::string> results;
    for (const auto& result : delivery.results()) {
      results.push_back(std::to_string(result.user_id()) + " " +
                        v1::Outcome_Name(result.outcome()));
    }
    return results;
  }
};

TEST_F(IdempotencyTest, ACompletedCallIsReplayedWithoutABroker) {
  auto first = CallAsync(Keyed());
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kAcknowledged, kNoSubscriber, kAcknowledged});
  const Answer completed = first.get();
  ASSERT_TRUE(completed.status.ok()) << completed.status.error_message();
  EXPECT_FALSE(completed.response.delivery().replayed());
  EXPECT_EQ(completed.response.delivery().event_id(),
            fanout::TextOf(fanout::EventIdOf("anonymous", "key")));

  publisher_.set_connected(false);
  const Answer replayed = Call(Keyed());
  ASSERT_TRUE(replayed.status.ok()) << replayed.status.error_message();
  v1::Delivery expected = completed.response.delivery();
  expected.set_replayed(true);
  // How many had no subscriber is known still, but not who.
  expected.clear_results();
  expected.set_results_omitted(true);
  EXPECT_EQ(replayed.response.delivery().SerializeAsString(), expected.SerializeAsString());
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(IdempotencyTest, AReplayListsOutcomesThatAreAllTheSame) {
  auto first = CallAsync(Keyed());
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kNoSubscriber, kNoSubscriber, kNoSubscriber});
  const Answer completed = first.get();
  v1::Delivery expected = completed.response.delivery();
  expected.set_replayed(true);
  EXPECT_EQ(Call(Keyed()).response.delivery().SerializeAsString(), expected.SerializeAsString());
}

TEST_F(IdempotencyTest, ARepeatedCallPublishesOnlyToThoseMissing) {
  auto first = CallAsync(Keyed());
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kNoSubscriber, kUnknown, kAcknowledged});
  EXPECT_EQ(first.get().status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);

  auto second = CallAsync(Keyed());
  End({"dms/test/2"}, {kUnknown});
  const auto failure = DetailOf<v1::PublishFailure>(second.get().status);
  EXPECT_EQ(failure.event_id(), fanout::TextOf(fanout::EventIdOf("anonymous", "key")));
  EXPECT_EQ(failure.recipient_count(), 3U);
  EXPECT_EQ(failure.acknowledged_count(), 2U);
  ASSERT_EQ(failure.failed_recipients_size(), 1);
  EXPECT_EQ(failure.failed_recipients(0).user_id(), 2);

  auto third = CallAsync(Keyed());
  End({"dms/test/2"}, {kAcknowledged});
  const Answer answer = third.get();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const v1::Delivery& delivery = answer.response.delivery();
  EXPECT_EQ(delivery.recipient_count(), 3U);
  EXPECT_EQ(delivery.acknowledged_count(), 3U);
  EXPECT_EQ(delivery.no_subscriber_count(), 1U);
  EXPECT_FALSE(delivery.replayed());
  EXPECT_THAT(ResultsOf(delivery), ElementsAre("1 OUTCOME_NO_SUBSCRIBER", "2 OUTCOME_ACKNOWLEDGED",
                                               "3 OUTCOME_ACKNOWLEDGED"));
}

TEST_F(IdempotencyTest, ACallThatComesMeanwhileGetsTheSameAnswer) {
  const auto first = Start(Keyed());
  publisher_.WaitForBatch();
  v1::PublishMessageRequest counts_only = Keyed();
  counts_only.mutable_options()->set_result_detail(v1::RESULT_DETAIL_COUNTS);
  const auto second = StartJoined(counts_only);
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kAcknowledged, kNoSubscriber, kAcknowledged});

  const Answer one = first->answer.get();
  const Answer two = second->answer.get();
  ASSERT_TRUE(one.status.ok());
  ASSERT_TRUE(two.status.ok());
  EXPECT_EQ(one.response.delivery().results_size(), 3);
  v1::Delivery expected = one.response.delivery();
  expected.clear_results();
  EXPECT_EQ(two.response.delivery().SerializeAsString(), expected.SerializeAsString());
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(IdempotencyTest, AJoinedCallTakesOverWhenTheFirstIsCancelled) {
  const auto first = Start(Keyed());
  publisher_.WaitForBatch();
  const auto second = StartJoined(Keyed());
  first->context.TryCancel();
  EXPECT_EQ(first->answer.get().status.error_code(), grpc::StatusCode::CANCELLED);
  publisher_.WaitForPublishedCount(2);
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kAcknowledged, kAcknowledged, kAcknowledged});
  const Answer answer = second->answer.get();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.response.delivery().acknowledged_count(), 3U);
}

TEST_F(IdempotencyTest, AJoinedCallEndsAtItsOwnDeadline) {
  const auto first = Start(Keyed());
  publisher_.WaitForBatch();
  const auto second = Start(Keyed(), std::chrono::milliseconds(200));
  const Answer answer = second->answer.get();
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kAcknowledged, kAcknowledged, kAcknowledged});
  EXPECT_TRUE(first->answer.get().status.ok());
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(IdempotencyTest, CancellingAJoinedCallEndsItAlone) {
  const auto first = Start(Keyed());
  publisher_.WaitForBatch();
  const auto second = StartJoined(Keyed());
  second->context.TryCancel();
  EXPECT_EQ(second->answer.get().status.error_code(), grpc::StatusCode::CANCELLED);
  WaitForJoined(0);
  End({"dms/test/1", "dms/test/2", "dms/test/3"}, {kAcknowledged, kAcknowledged, kAcknowledged});
  EXPECT_TRUE(first->answer.get().status.ok());
}

TEST_F(IdempotencyTest, AKeyWithAnotherEventIsRefused) {
  publisher_.AcknowledgeAtOnce();
  ASSERT_TRUE(Call(Keyed()).status.ok());
  v1::PublishMessageRequest other_text = Keyed();
  other_text.mutable_message()->set_message_payload("other");
  v1::PublishMessageRequest other_qos = Keyed();
  other_qos.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
  for (const v1::PublishMessageRequest& request : {other_text, Keyed({1, 2}), other_qos}) {
    const grpc::Status status = Call(request).status;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "IDEMPOTENCY_KEY_REUSED");
    const auto bad_request = DetailOf<google::rpc::BadRequest>(status);
    ASSERT_EQ(bad_request.field_violations_size(), 1);
    EXPECT_EQ(bad_request.field_violations(0).field(), "options.idempotency_key");
    EXPECT_THAT(status.error_message(), HasSubstr("options.idempotency_key"));
  }
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(IdempotencyTest, AnotherMethodIsAnotherEvent) {
  publisher_.AcknowledgeAtOnce();
  ASSERT_TRUE(Call(Keyed()).status.ok());
  v1::PublishEditRequest edit;
  ASSERT_TRUE(edit.ParseFromString(Keyed().SerializeAsString()));
  grpc::ClientContext context;
  v1::PublishEditResponse response;
  EXPECT_EQ(ReasonOf(stub_->PublishEdit(&context, edit, &response)), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(IdempotencyTest, TheOptionsOfARepeatedCallMayDiffer) {
  publisher_.AcknowledgeAtOnce();
  ASSERT_TRUE(Call(Keyed()).status.ok());
  v1::PublishMessageRequest request = Keyed();
  request.mutable_options()->set_qos(v1::QOS_AT_LEAST_ONCE);
  request.mutable_options()->mutable_expiry()->set_seconds(5);
  request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_COUNTS);
  const Answer answer = Call(request);
  EXPECT_TRUE(answer.response.delivery().replayed()) << answer.status.error_message();
  EXPECT_EQ(answer.response.delivery().results_size(), 0);
}

TEST_F(IdempotencyTest, ACallWithoutABrokerIsRefusedAndLeavesNoTrace) {
  publisher_.set_connected(false);
  EXPECT_EQ(ReasonOf(Call(Keyed()).status), "BROKER_UNREACHABLE");
  publisher_.set_connected(true);
  publisher_.AcknowledgeAtOnce();
  const Answer answer = Call(Keyed({1}));
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_FALSE(answer.response.delivery().replayed());
}

TEST_F(IdempotencyTest, ConcurrentCallsWithOneKeyPublishOnce) {
  publisher_.AcknowledgeAtOnce();
  std::vector<std::future<Answer>> calls;
  for (int i = 0; i < 16; ++i) calls.push_back(CallAsync(Keyed()));
  for (auto& call : calls) {
    const Answer answer = call.get();
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.response.delivery().acknowledged_count(), 3U);
  }
  EXPECT_EQ(publisher_.published_count(), 1U);
}

}  // namespace
}  // namespace dino::api
