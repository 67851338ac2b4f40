#include "server/api/batch_call.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "server/api/answer_size.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::HasSubstr;

class BatchCallTest : public ServerFixture {
 protected:
  struct BatchAnswer {
    grpc::Status status;
    v1::PublishBatchResponse response;
  };

  static void Add(v1::PublishBatchRequest& batch, const std::vector<std::int64_t>& users = {1}) {
    *batch.add_events()->mutable_message() = Request(users);
  }

  BatchAnswer CallBatch(grpc::ClientContext& context, const v1::PublishBatchRequest& request) {
    BatchAnswer answer;
    answer.status = stub_->PublishBatch(&context, request, &answer.response);
    return answer;
  }
  BatchAnswer CallBatch(const v1::PublishBatchRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    return CallBatch(context, request);
  }
};

TEST_F(BatchCallTest, EachEventHasItsResultInItsPlace) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishBatchRequest batch;
  for (int i = 0; i < 1000; ++i) {
    switch (i % 4) {
      case 0:
        Add(batch, std::vector<std::int64_t>(static_cast<std::size_t>(i % 7 + 1), i + 1));
        break;
      case 1:
        Add(batch, {0});
        break;
      case 2:
        batch.add_events();
        break;
      default:
        batch.add_events()->mutable_join()->add_user_ids(1);
        break;
    }
  }
  const BatchAnswer answer = CallBatch(batch);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_EQ(answer.response.results_size(), 1000);
  for (int i = 0; i < 1000; ++i) {
    const v1::EventResult& result = answer.response.results(i);
    EXPECT_EQ(result.has_delivery(), i % 4 == 0) << i;
    EXPECT_EQ(result.delivery().acknowledged_count(), i % 4 == 0 ? 1U : 0U) << i;
    static constexpr std::array<const char*, 4> kReasons = {
        "", "user_ids[0]", "request must be one of", "join is required"};
    EXPECT_THAT(result.error().message(), HasSubstr(kReasons.at(static_cast<std::size_t>(i % 4))));
  }
  EXPECT_EQ(publisher_.published_count(), 250U);
}

TEST_F(BatchCallTest, AnErrorHasItsCodeAndDetails) {
  v1::PublishBatchRequest batch;
  Add(batch, {1, 2});
  Add(batch, {3});
  auto call = std::async(std::launch::async, [&] { return CallBatch(batch); });
  const auto first = publisher_.WaitForBatch();
  publisher_.End(first, {{Outcome::kAcknowledged, 0, false}, {Outcome::kRejected, 0x87, false}});
  publisher_.End(publisher_.WaitForBatch(), PublicationOutcome{Outcome::kAcknowledged, 0, false});
  const BatchAnswer answer = call.get();
  ASSERT_EQ(answer.response.results_size(), 2);
  const google::rpc::Status& error = answer.response.results(0).error();
  EXPECT_EQ(error.code(), grpc::StatusCode::PERMISSION_DENIED);
  const grpc::Status status(grpc::StatusCode::PERMISSION_DENIED, "", error.SerializeAsString());
  EXPECT_EQ(ReasonOf(status), "BROKER_NOT_AUTHORIZED");
  EXPECT_EQ(DetailOf<v1::PublishFailure>(status).failed_recipients(0).user_id(), 2);
  EXPECT_EQ(answer.response.results(1).delivery().acknowledged_count(), 1U);
}

TEST_F(BatchCallTest, EventsOfABatchKeepTheirOrderForEachUser) {
  v1::PublishBatchRequest batch;
  Add(batch);
  Add(batch);
  std::uint64_t last = 0;
  for (std::size_t published = 2; published <= 4; published += 2) {
    auto call = std::async(std::launch::async, [&] { return CallBatch(batch); });
    publisher_.WaitForPublishedCount(published);
    const auto first = publisher_.WaitForBatch();
    publisher_.End(first, PublicationOutcome{Outcome::kAcknowledged, 0, false});
    const auto second = publisher_.WaitForBatch();
    EXPECT_EQ(first->options().lane, second->options().lane);
    EXPECT_NE(first->options().lane, 0U);
    EXPECT_NE(first->options().lane, last) << "batches do not wait for each other";
    EXPECT_LT(first->id(), second->id());
    last = first->options().lane;
    publisher_.End(second, PublicationOutcome{Outcome::kAcknowledged, 0, false});
    EXPECT_TRUE(call.get().status.ok());
  }
}

TEST_F(BatchCallTest, NeedsOneToAThousandEvents) {
  v1::PublishBatchRequest batch;
  for (const int count : {0, 1001}) {
    batch.Clear();
    for (int i = 0; i < count; ++i) batch.add_events();
    const BatchAnswer answer = CallBatch(batch);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << count;
    EXPECT_EQ(ReasonOf(answer.status), "INVALID_FIELD");
    EXPECT_THAT(answer.status.error_message(), HasSubstr("events must have 1 to 1000 entries"));
  }
  EXPECT_EQ(publisher_.published_count(), 0U);
}

TEST_F(BatchCallTest, ACancelledBatchIsStopped) {
  v1::PublishBatchRequest batch;
  for (int i = 0; i < 10; ++i) Add(batch);
  grpc::ClientContext context;
  auto call = std::async(std::launch::async, [&] { return CallBatch(context, batch); });
  publisher_.WaitForPublishedCount(10);
  context.TryCancel();
  EXPECT_EQ(call.get().status.error_code(), grpc::StatusCode::CANCELLED);
  publisher_.WaitForNoBatch();
}

TEST(AnswerSizeTest, ABatchsAnswerFitsAndSaysWhatItOmits) {
  v1::PublishBatchResponse response;
  for (int i = 0; i < 3; ++i) {
    v1::Delivery& delivery = *response.add_results()->mutable_delivery();
    delivery.set_recipient_count(10000);
    for (int j = 0; j < 10000; ++j) delivery.add_results()->set_topic(std::string(150, 't'));
  }
  FitInAnswer(response);
  EXPECT_LE(response.ByteSizeLong(), kMaxAnswerBytes);
  EXPECT_EQ(response.results(0).delivery().results_size(), 10000);
  EXPECT_FALSE(response.results(0).delivery().results_omitted());
  EXPECT_EQ(response.results(2).delivery().results_size(), 0);
  EXPECT_TRUE(response.results(2).delivery().results_omitted());
  EXPECT_EQ(response.results(2).delivery().recipient_count(), 10000U);
}

TEST(AnswerSizeTest, ABatchOfFailuresKeepsReasonsAndTokens) {
  v1::PublishBatchResponse response;
  for (int i = 0; i < 1000; ++i) {
    google::rpc::Status& error = *response.add_results()->mutable_error();
    google::rpc::ErrorInfo info;
    info.set_reason("BROKER_BUSY");
    (void)error.add_details()->PackFrom(info);
    v1::PublishFailure failure;
    failure.set_resume_token(std::string(2048, 'r'));
    for (int j = 0; j < 8; ++j) failure.add_failed_recipients()->set_topic(std::string(250, 't'));
    (void)error.add_details()->PackFrom(failure);
  }
  FitInAnswer(response);
  EXPECT_LE(response.ByteSizeLong(), kMaxAnswerBytes);
  const auto& last = response.results(999).error();
  ASSERT_EQ(last.details_size(), 2);
  v1::PublishFailure failure;
  ASSERT_TRUE(last.details(1).UnpackTo(&failure));
  EXPECT_EQ(failure.resume_token().size(), 2048U);
  EXPECT_EQ(failure.failed_recipients_size(), 0);
}

TEST(AnswerSizeTest, ADeliveryFitsAndSaysWhatItOmits) {
  v1::Delivery delivery;
  for (int i = 0; i < 10000; ++i) delivery.add_results()->set_topic(std::string(500, 't'));
  FitInAnswer(delivery);
  EXPECT_TRUE(delivery.results_omitted());
  EXPECT_EQ(delivery.results_size(), 0);
  delivery.add_results()->set_user_id(1);
  delivery.set_results_omitted(false);
  FitInAnswer(delivery);
  EXPECT_EQ(delivery.results_size(), 1);
}

}  // namespace
}  // namespace dino::api
