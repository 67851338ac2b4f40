#include "tests/system/golden_events.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/process/files.h"
#include "tests/support/process/repository.h"

namespace dino::testing {
namespace {

using Stub = v1::EventPublisherService::Stub;

template <typename Request, typename Response>
GoldenEvent::JsonCall With(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*)) {
  return [method](Stub& stub, grpc::ClientContext& context, const std::string& json,
                  v1::Delivery& delivery) {
    Request request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &request).ok()) << json;
    Response response;
    grpc::Status status = (stub.*method)(&context, request, &response);
    delivery = response.delivery();
    return status;
  };
}

std::string Golden(const std::string& name) {
  std::string content = ContentOf(RepositoryFile("tests/support/golden/" + name));
  EXPECT_NE(content, "") << name;
  return content;
}

}  // namespace

grpc::Status GoldenEvent::Publish(Stub& stub, v1::Delivery& delivery) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  return call(stub, context, Golden(name + ".request.json"), delivery);
}

std::string GoldenEvent::EventJson() const { return Golden(name + ".event.json"); }

const std::vector<GoldenEvent>& GoldenEvents() {
  static const std::vector<std::string> two_users = {"1234", "4321"};
  static const std::vector<GoldenEvent> events = {
      {"group", "group", With(&Stub::PublishGroup), {"1234"}},
      {"message", "message", With(&Stub::PublishMessage), two_users},
      {"message_half_second", "message", With(&Stub::PublishMessage), {"1"}},
      {"message_hard_text", "message", With(&Stub::PublishMessage), {"9007199254740991"}},
      {"attachment", "attachment", With(&Stub::PublishAttachment), two_users},
      {"edit", "edit", With(&Stub::PublishEdit), two_users},
      {"action_log", "action_log", With(&Stub::PublishActionLog), two_users},
      {"read", "read", With(&Stub::PublishRead), {"4321"}},
      {"join", "join", With(&Stub::PublishJoin), two_users},
      {"leave", "leave", With(&Stub::PublishLeave), two_users},
      {"delete_attachment", "delete_attachment", With(&Stub::PublishDeleteAttachment), two_users},
      {"delete_message", "delete_message", With(&Stub::PublishDeleteMessage), two_users},
      {"custom", "poll", With(&Stub::PublishCustom), two_users}};
  return events;
}

}  // namespace dino::testing
