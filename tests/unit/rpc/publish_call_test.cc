#include "server/rpc/publish_call.h"

#include <grpcpp/generic/generic_stub.h>

#include <numeric>

#include "tests/unit/rpc/server_fixture.h"

namespace dino::rpc {
namespace {

using mqtt::Outcome;
using mqtt::Settlement;
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

TEST_F(PublishCallTest, AnswersEveryMethod) {
  publisher_.AcknowledgeAtOnce();
  const v1::Message message = [] {
    v1::Message with_file = Request().message();
    with_file.set_file_id("file");
    return with_file;
  }();
  const auto Fill = [](auto& request, const v1::Message& content) {
    *request.mutable_message() = content;
    request.add_user_ids(1);
  };
  v1::PublishAttachmentRequest attachment;
  v1::PublishEditRequest edit;
  v1::PublishActionLogRequest action_log;
  Fill(attachment, message);
  Fill(edit, message);
  Fill(action_log, message);
  v1::PublishReadRequest read;
  read.mutable_read()->set_group_id(message.group_id());
  read.mutable_read()->set_user_id(1);
  read.mutable_read()->mutable_read_at()->set_seconds(1);
  read.mutable_read()->set_group_type(v1::GROUP_TYPE_ONE_TO_ONE);
  read.add_user_ids(1);
  v1::PublishGroupRequest group;
  group.mutable_group()->set_group_id(message.group_id());
  group.mutable_group()->set_name("name");
  group.mutable_group()->mutable_created_at()->set_seconds(1);
  group.mutable_group()->mutable_updated_at()->set_seconds(1);
  group.mutable_group()->mutable_last_message_time()->set_seconds(1);
  group.mutable_group()->set_group_type(v1::GROUP_TYPE_MULTI_USER);
  group.mutable_group()->set_owner_id(1);
  group.mutable_group()->add_user_ids(1);

  v1::PublishJoinRequest join;
  join.mutable_join()->set_group_id(message.group_id());
  join.mutable_join()->mutable_created_at()->set_seconds(1);
  join.mutable_join()->add_user_ids(1);
  join.add_user_ids(1);
  v1::PublishLeaveRequest leave;
  leave.mutable_leave()->set_group_id(message.group_id());
  leave.mutable_leave()->mutable_created_at()->set_seconds(1);
  leave.mutable_leave()->set_user_id(1);
  leave.add_user_ids(1);
  v1::PublishDeleteMessageRequest delete_message;
  delete_message.mutable_delete_message()->set_group_id(message.group_id());
  delete_message.mutable_delete_message()->mutable_created_at()->set_seconds(1);
  delete_message.mutable_delete_message()->add_message_ids(message.message_id());
  delete_message.add_user_ids(1);
  v1::PublishDeleteAttachmentRequest delete_attachment;
  delete_attachment.mutable_delete_attachment()->set_group_id(message.group_id());
  delete_attachment.mutable_delete_attachment()->mutable_created_at()->set_seconds(1);
  delete_attachment.mutable_delete_attachment()->add_message_ids(message.message_id());
  delete_attachment.mutable_delete_attachment()->add_file_ids("file");
  delete_attachment.add_user_ids(1);

  const auto Expect = [this](auto method, const auto& request, auto response) {
    grpc::ClientContext context;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
    EXPECT_EQ(response.delivery().acknowledged_count(), 1U) << request.GetTypeName();
  };
  using Stub = v1::EventPublisherService::Stub;
  Expect(&Stub::PublishAttachment, attachment, v1::PublishAttachmentResponse());
  Expect(&Stub::PublishEdit, edit, v1::PublishEditResponse());
  Expect(&Stub::PublishActionLog, action_log, v1::PublishActionLogResponse());
  Expect(&Stub::PublishRead, read, v1::PublishReadResponse());
  Expect(&Stub::PublishGroup, group, v1::PublishGroupResponse());
  Expect(&Stub::PublishJoin, join, v1::PublishJoinResponse());
  Expect(&Stub::PublishLeave, leave, v1::PublishLeaveResponse());
  Expect(&Stub::PublishDeleteMessage, delete_message, v1::PublishDeleteMessageResponse());
  Expect(&Stub::PublishDeleteAttachment, delete_attachment, v1::PublishDeleteAttachmentResponse());
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
  publisher_.End(batch, Settlement{Outcome::kAcknowledged, 0, false});
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
  // Two calls with most of the room each: the second does not fit.
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 1);
  auto first = CallAsync(Request(users));
  const auto batch = publisher_.WaitForBatch();
  auto second = CallAsync(Request(users));
  publisher_.WaitForPublishedCount(2);
  const Answer refused = Call(Request({1}));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused.status), "OVERLOADED");
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(refused.status).retry_delay().nanos(), 0);
  EXPECT_EQ(publisher_.published_count(), 2U);
  publisher_.End(batch, Settlement{Outcome::kAcknowledged, 0, false});
  publisher_.End(publisher_.WaitForBatch(), Settlement{Outcome::kAcknowledged, 0, false});
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_EQ(second.get().response.delivery().acknowledged_count(), 10000U);
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
  publisher_.End(batch, Settlement{Outcome::kUnknown, 0, false});
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
}  // namespace dino::rpc
