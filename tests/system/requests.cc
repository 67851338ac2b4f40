#include "tests/system/requests.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

namespace dino::testing {

v1::PublishMessageRequest MessageRequest(const std::vector<std::int64_t>& user_ids,
                                         const std::string& text) {
  v1::PublishMessageRequest request;
  request.mutable_user_ids()->Add(user_ids.begin(), user_ids.end());
  v1::Message& message = *request.mutable_message();
  message.set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  message.set_sender_id(1234);
  message.set_message_id("c87efd18-8879-4c24-8b26-ccb7f40a0fe5");
  message.set_message_payload(text);
  message.set_message_type("text");
  message.mutable_created_at()->set_seconds(1597877384);
  return request;
}

std::string TextOf(std::string_view event_json) {
  constexpr std::string_view kKey = R"("message_payload":")";
  const std::size_t key = event_json.find(kKey);
  if (key == std::string_view::npos) return {};
  const std::size_t begin = key + kKey.size();
  return std::string(event_json.substr(begin, event_json.find('"', begin) - begin));
}

grpc::Status PublishMessage(BridgeProcess& bridge, const v1::PublishMessageRequest& request,
                            v1::Delivery* delivery) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::PublishMessageResponse response;
  grpc::Status status = bridge.stub().PublishMessage(&context, request, &response);
  if (delivery != nullptr) *delivery = response.delivery();
  return status;
}

grpc::Status CallWithBytes(BridgeProcess& bridge, const std::string& method,
                           std::string_view request) {
  grpc::GenericStub stub(bridge.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const grpc::Slice slice(request.data(), request.size());
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(
      &context, "/dino.events.v1.EventPublisherService/" + method, bytes, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_TRUE(queue.Next(&tag, &ok) && ok);
  return status;
}

}  // namespace dino::testing
