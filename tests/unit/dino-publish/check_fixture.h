#ifndef DINO_TESTS_UNIT_DINO_PUBLISH_CHECK_FIXTURE_H_
#define DINO_TESTS_UNIT_DINO_PUBLISH_CHECK_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "clients/dino-publish/event_receiver.h"
#include "clients/dino-publish/run.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "dino/events/v1/server_info.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"

namespace dino::publish_client {

using HealthResponse = ::grpc::health::v1::HealthCheckResponse;

inline constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
inline constexpr char kInfo[] = "/dino.events.v1.EventPublisherService/GetServerInfo";
inline constexpr char kPublish[] = "/dino.events.v1.EventPublisherService/PublishCustom";

struct Answer {
  grpc::Status status;
  std::string response;
};

// What a broker does to a subscriber.
struct BrokerScript {
  absl::Status on_subscribe;
  absl::Status on_wait;
  // What happened.
  BrokerAccess access;
  std::string topic;
  std::string mark;
};

class ScriptedReceiver final : public EventReceiver {
 public:
  explicit ScriptedReceiver(BrokerScript& script) : script_(script) {}

  absl::Status Subscribe(const std::string& topic, std::chrono::milliseconds) override {
    script_.topic = topic;
    return script_.on_subscribe;
  }
  absl::StatusOr<Clock::time_point> WaitFor(const std::string& mark,
                                            std::chrono::milliseconds) override {
    script_.mark = mark;
    if (!script_.on_wait.ok()) return script_.on_wait;
    return Clock::now();
  }

 private:
  BrokerScript& script_;
};

inline Answer Serving(HealthResponse::ServingStatus serving) {
  HealthResponse response;
  response.set_status(serving);
  return {grpc::Status::OK, response.SerializeAsString()};
}

inline Answer Info(bool connected, bool draining = false) {
  events::v1::GetServerInfoResponse response;
  response.set_version("1.2.3");
  response.set_draining(draining);
  for (const bool each : {connected, false}) {
    auto& session = *response.add_sessions();
    session.set_connected(each);
    session.set_broker("broker:1883");
    session.set_reason("connection refused");
  }
  return {grpc::Status::OK, response.SerializeAsString()};
}

inline Answer Failure(grpc::StatusCode code, events::v1::ErrorReason reason,
                      std::uint32_t broker_code = 0) {
  google::rpc::ErrorInfo info;
  info.set_domain("dino.events");
  info.set_reason(events::v1::ErrorReason_Name(reason));
  events::v1::PublishFailure failure;
  failure.add_failed_recipients()->set_reason_code(broker_code);
  google::rpc::Status details;
  static_cast<void>(details.add_details()->PackFrom(info));
  static_cast<void>(details.add_details()->PackFrom(failure));
  return {grpc::Status(code, "why", details.SerializeAsString()), ""};
}

// A check of a server, and of a broker, as the test makes them up: good ones unless it says else.
class CheckFixture : public ::testing::Test {
 protected:
  CheckFixture() {
    answers_[kHealth] = Serving(HealthResponse::SERVING);
    answers_[kInfo] = Info(true);
    events::v1::PublishCustomResponse published;
    published.mutable_delivery()->set_event_id("e");
    answers_[kPublish] = {grpc::Status::OK, published.SerializeAsString()};
  }

  int RunWith(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--check", "--address=bridge:1"});
    std::istringstream in;
    const auto call = [this](const Call& made, std::string& response) {
      calls_.push_back(made);
      response = answers_[made.path].response;
      return answers_[made.path].status;
    };
    const auto receive = [this](const BrokerAccess& access) {
      broker_.access = access;
      return std::make_unique<ScriptedReceiver>(broker_);
    };
    const auto environment = [](const char*) -> const char* { return nullptr; };
    return publish_client::Run(arguments, {environment, in, out_, err_, call, receive});
  }

  int Publish() { return RunWith({"--publish=probe"}); }
  int Receive() { return RunWith({"--publish=probe", "--receive-from=broker:1"}); }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  std::map<std::string, Answer> answers_;
  BrokerScript broker_;
  std::vector<Call> calls_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace dino::publish_client

#endif  // DINO_TESTS_UNIT_DINO_PUBLISH_CHECK_FIXTURE_H_
