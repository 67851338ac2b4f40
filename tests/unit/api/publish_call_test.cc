#include "server/api/publish_call.h"

#include <grpcpp/generic/generic_stub.h>

#include <numeric>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "server/event/kinds.h"
#include "tests/support/process/files.h"
#include "tests/support/process/repository.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class PublishCallTest : public ServerFixture {
 protected:
  // Sends `bytes` as the request of PublishMessage.
  grpc::Status CallWithBytes(const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    auto call = stub.PrepareUnaryCall(
        &context, "/dino.events.v1.EventPublisherService/PublishMessage", request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }

  static std::vector<std::string> FieldsOf(const grpc::Status& status) {
    std::vector<std::string> fields;
    const auto bad_request = DetailOf<google::rpc::BadRequest>(status);
    for (const auto& violation : bad_request.field_violations()) {
      EXPECT_FALSE(violation.description().empty());
      fields.push_back(violation.field());
    }
    return fields;
  }
};

TEST_F(PublishCallTest, IsAnsweredWhenEveryRecipientIsAcknowledged) {
  auto call = CallAsync(Request({1, 2, 2, 1}));
  const auto batch = publisher_.WaitForBatch();
  EXPECT_THAT(batch->payload(), HasSubstr(R"({"event_type":"message","group_id":"6cbb3265)"));
  std::string topic;
  batch->WriteTopic(0, topic);
  EXPECT_EQ(topic, "dms/test/1");
  publisher_.End(batch,
                 {{Outcome::kAcknowledged, 0, false}, {Outcome::kNoSubscriber, 0x10, false}});
  const Answer answer = call.get();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const v1::Delivery& delivery = answer.response.delivery();
  EXPECT_THAT(batch->options().user_properties,
              ElementsAre(Pair("event_id", delivery.event_id()), Pair("event_type", "message")));
  EXPECT_EQ(delivery.recipient_count(), 2U);
  EXPECT_EQ(delivery.acknowledged_count(), 2U);
  EXPECT_EQ(delivery.no_subscriber_count(), 1U);
  EXPECT_EQ(delivery.results_size(), 0);
  EXPECT_FALSE(delivery.replayed());
}

// The request whose event is known by its bytes.
template <typename Request>
Request Golden() {
  Request request;
  const std::string path = testing::RepositoryFile(
      "tests/support/golden/" + std::string(event::Kind<Request>::kName) + ".request.json");
  const auto status =
      google::protobuf::util::JsonStringToMessage(testing::ContentOf(path), &request);
  EXPECT_TRUE(status.ok()) << path << ": " << status.ToString();
  return request;
}

TEST_F(PublishCallTest, AnswersTheMethodOfEveryKind) {
  publisher_.AcknowledgeAtOnce();
#define DINO_CALL(name, Name)                                                            \
  {                                                                                      \
    grpc::ClientContext context;                                                         \
    v1::Publish##Name##Response response;                                                \
    const grpc::Status status =                                                          \
        stub_->Publish##Name(&context, Golden<v1::Publish##Name##Request>(), &response); \
    EXPECT_TRUE(status.ok()) << #name << ": " << status.error_message();                 \
    EXPECT_GT(response.delivery().acknowledged_count(), 0U) << #name;                    \
  }
  DINO_EVENT_KINDS(DINO_CALL)
#undef DINO_CALL
}

TEST_F(PublishCallTest, ABatchTakesEveryKind) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishBatchRequest batch;
#define DINO_ADD(name, Name) \
  *batch.add_events()->mutable_##name() = Golden<v1::Publish##Name##Request>();
  DINO_EVENT_KINDS(DINO_ADD)
#undef DINO_ADD
  grpc::ClientContext context;
  v1::PublishBatchResponse response;
  ASSERT_TRUE(stub_->PublishBatch(&context, batch, &response).ok());
  ASSERT_EQ(response.results_size(), static_cast<int>(event::kEventKinds.size()));
  for (const v1::EventResult& result : response.results()) {
    EXPECT_TRUE(result.has_delivery()) << result.ShortDebugString();
  }
}

TEST_F(PublishCallTest, OptionsReachThePublisher) {
  v1::PublishMessageRequest request = Request();
  request.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
  request.mutable_options()->mutable_expiry()->set_seconds(100);
  request.mutable_options()->mutable_expiry()->set_nanos(1);
  grpc::ClientContext context;
  context.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto call = std::async(std::launch::async, [&] { return Call(context, request); });
  const auto batch = publisher_.WaitForBatch();
  EXPECT_EQ(batch->options().qos, mqtt::Qos::kAtMostOnce);
  EXPECT_THAT(batch->options().user_properties.back(),
              Pair("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  const auto left = batch->options().expires_at - Clock::now();
  EXPECT_LE(left, std::chrono::seconds(101));
  EXPECT_GE(left, std::chrono::seconds(101) - testing::kPatience);
  publisher_.End(batch, PublicationOutcome{Outcome::kAcknowledged, 0, false});
  EXPECT_TRUE(call.get().status.ok());
}

TEST_F(PublishCallTest, ListsTheRecipientsThatWereAskedFor) {
  struct Case {
    v1::ResultDetail detail;
    std::vector<std::int64_t> users;
  };
  for (const Case& c :
       {Case{v1::RESULT_DETAIL_UNSPECIFIED, {}}, Case{v1::RESULT_DETAIL_COUNTS, {}},
        Case{v1::RESULT_DETAIL_EXCEPTIONS, {5}}, Case{v1::RESULT_DETAIL_ALL, {7, 5}}}) {
    v1::PublishMessageRequest request = Request({7, 5});
    request.mutable_options()->set_result_detail(c.detail);
    auto call = CallAsync(request);
    publisher_.End(publisher_.WaitForBatch(),
                   {{Outcome::kAcknowledged, 0, false}, {Outcome::kNoSubscriber, 0x10, false}});
    const Answer answer = call.get();
    std::vector<std::int64_t> users;
    for (const auto& result : answer.response.delivery().results()) {
      users.push_back(result.user_id());
      EXPECT_EQ(result.outcome(),
                result.user_id() == 5 ? v1::OUTCOME_NO_SUBSCRIBER : v1::OUTCOME_ACKNOWLEDGED);
      EXPECT_EQ(result.reason_code(), result.user_id() == 5 ? 0x10U : 0U);
    }
    EXPECT_EQ(users, c.users) << v1::ResultDetail_Name(c.detail);
  }
}

TEST_F(PublishCallTest, NamesEveryFieldThatIsWrong) {
  v1::PublishMessageRequest request = Request({1, 0});
  request.mutable_message()->set_group_id("secret");
  request.mutable_message()->clear_created_at();
  const Answer answer = Call(request);
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(answer.status), "INVALID_FIELD");
  EXPECT_THAT(
      FieldsOf(answer.status),
      ::testing::UnorderedElementsAre("message.group_id", "message.created_at", "user_ids[1]"));
  EXPECT_THAT(answer.status.error_message(), HasSubstr("message.group_id"));
  EXPECT_THAT(answer.status.error_message(), Not(HasSubstr("secret")));
  EXPECT_EQ(publisher_.published_count(), 0U);
}

TEST_F(PublishCallTest, SaysWhatIsWrongWithBytesThatAreNoRequest) {
  EXPECT_THAT(FieldsOf(CallWithBytes("\x0A\xFF")), ElementsAre("request"));
  v1::PublishMessageRequest request = Request();
  request.mutable_message()->set_message_payload("PAYLOAD");
  std::string bytes = request.SerializeAsString();
  bytes.replace(bytes.find("PAYLOAD"), 2, "\xC3\x28");
  const grpc::Status status = CallWithBytes(bytes);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(status), ElementsAre("message.message_payload"));
  EXPECT_EQ(publisher_.published_count(), 0U);
}

TEST_F(PublishCallTest, AnEmptyRequestIsToldWhatIsMissing) {
  EXPECT_THAT(FieldsOf(CallWithBytes("")), ::testing::Contains("message"));
}

TEST_F(PublishCallTest, RefusesARequestThatIsTooLarge) {
  EXPECT_EQ(CallWithBytes(std::string(10 << 20, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  publisher_.AcknowledgeAtOnce();
  EXPECT_TRUE(Call(Request()).status.ok());
}

TEST_F(PublishCallTest, RefusesAtOnceWithoutABroker) {
  publisher_.set_connected(false);
  const Answer answer = Call(Request());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(answer.status), "BROKER_UNREACHABLE");
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(answer.status).retry_delay().seconds(), 0);
  EXPECT_EQ(publisher_.published_count(), 0U);
}

TEST_F(PublishCallTest, RefusesAllOfACallWhenTooMuchIsPending) {
  // Two calls with three quarters of the room, which is all that one address may have.
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 1);
  auto first = CallAsync(Request(users));
  const auto batch = publisher_.WaitForBatch();
  users.resize(5000);
  auto second = CallAsync(Request(users));
  publisher_.WaitForPublishedCount(2);
  const Answer refused = Call(Request({1}));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused.status), "OVERLOADED");
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(refused.status).retry_delay().nanos(), 0);
  EXPECT_EQ(publisher_.published_count(), 2U);
  publisher_.End(batch, PublicationOutcome{Outcome::kAcknowledged, 0, false});
  publisher_.End(publisher_.WaitForBatch(), PublicationOutcome{Outcome::kAcknowledged, 0, false});
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_EQ(second.get().response.delivery().acknowledged_count(), 5000U);
}

TEST_F(PublishCallTest, ACancelledCallIsStopped) {
  grpc::ClientContext context;
  auto call = std::async(std::launch::async, [&] { return Call(context, Request()); });
  publisher_.WaitForBatch();
  context.TryCancel();
  EXPECT_EQ(call.get().status.error_code(), grpc::StatusCode::CANCELLED);
  publisher_.WaitForNoBatch();
}

TEST_F(PublishCallTest, ACallIsToBeAnsweredBeforeItsDeadline) {
  grpc::ClientContext context;
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(7);
  context.set_deadline(deadline);
  auto call = std::async(std::launch::async, [&] { return Call(context, Request()); });
  const auto batch = publisher_.WaitForBatch();
  const auto left = batch->options().deadline - Clock::now();
  EXPECT_LT(left, std::chrono::seconds(7));
  publisher_.End(batch, PublicationOutcome{Outcome::kUnknown, 0, false});
  const Answer answer = call.get();
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(DetailOf<v1::PublishFailure>(answer.status).recipient_count(), 2U);
}

TEST_F(PublishCallTest, ManyBadFieldsFitInTheTrailers) {
  const Answer answer = Call(Request(std::vector<std::int64_t>(10000, -1)));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(answer.status), ::testing::Contains("user_ids[0]"));
}

}  // namespace
}  // namespace dino::api
