#include "tests/integration/bridge_process.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <csignal>

namespace dino::testing {
namespace {

std::vector<std::string> Command(const std::string& mqtt_brokers,
                                 const std::vector<std::string>& flags) {
  std::vector<std::string> command = {DINO_BRIDGE, "--grpc-address=127.0.0.1:0",
                                      "--mqtt-brokers=" + mqtt_brokers, "--log-format=json"};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

// The text of a field of a log line; empty if there is none.
std::string LogField(const std::string& line, const std::string& name) {
  google::protobuf::Struct record;
  if (!google::protobuf::util::JsonStringToMessage(line, &record).ok()) return {};
  const auto field = record.fields().find(name);
  return field == record.fields().end() ? std::string() : field->second.string_value();
}

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
}

}  // namespace

BridgeProcess::BridgeProcess(const std::string& mqtt_brokers, const std::vector<std::string>& flags,
                             const std::vector<std::string>& environment, Where where)
    : process_(Command(mqtt_brokers, flags), environment) {
  process_.WaitForLine(
      Subprocess::Output::kStderr,
      [this](std::string_view line) {
        if (line.find("listening") == std::string_view::npos) return false;
        address_ = LogField(std::string(line), "grpc_address");
        return !address_.empty();
      },
      kPatience, where);
  channel_ = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
  stub_ = v1::EventPublisherService::NewStub(channel_);
  // This version of gRPC takes errno for the result of a connect too late, when memory allocation
  // may have changed it, and an attempt fails then without a cause. Here it is made again.
  if (!channel_->WaitForConnected(std::chrono::system_clock::now() + kPatience)) {
    ADD_FAILURE_AT(where.file, where.line) << "nobody answers at " << address_;
  }
}

BridgeProcess::~BridgeProcess() {
  if (stopped_) return;
  stub_.reset();
  channel_.reset();
  Stop();
}

std::uint16_t BridgeProcess::port() const {
  return static_cast<std::uint16_t>(std::stoi(address_.substr(address_.rfind(':') + 1)));
}

std::optional<HealthStatus> BridgeProcess::Health(const std::string& service, Where where) {
  grpc::ClientContext context;
  SetDeadline(context);
  health::HealthCheckRequest request;
  request.set_service(service);
  health::HealthCheckResponse response;
  const grpc::Status status =
      health::Health::NewStub(channel_)->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return std::nullopt;
  if (!status.ok()) {
    ADD_FAILURE_AT(where.file, where.line) << "the health check fails: " << status.error_message();
  }
  return response.status();
}

void BridgeProcess::WaitForHealth(const std::string& service, HealthStatus wanted, Where where) {
  grpc::ClientContext context;
  SetDeadline(context);
  health::HealthCheckRequest request;
  request.set_service(service);
  const auto stub = health::Health::NewStub(channel_);
  const auto stream = stub->Watch(&context, request);
  health::HealthCheckResponse response;
  while (stream->Read(&response)) {
    if (response.status() != wanted) continue;
    context.TryCancel();
    stream->Finish();
    return;
  }
  ADD_FAILURE_AT(where.file, where.line) << "the health of '" << service << "' does not become "
                                         << health::HealthCheckResponse::ServingStatus_Name(wanted)
                                         << ": " << stream->Finish().error_message();
}

void BridgeProcess::WaitForLog(std::string_view message, Where where) {
  process_.WaitForLine(
      Subprocess::Output::kStderr,
      [message](std::string_view line) {
        return LogField(std::string(line), "message") == message;
      },
      kPatience, where);
}

void BridgeProcess::Stop(Where where) {
  stopped_ = true;
  BeginStop();
  const std::optional<int> status = process_.Wait(2 * kPatience, where);
  if (status.value_or(0) == 0) return;
  std::string log;
  for (const std::string& line : RemainingLog()) log += line + "\n";
  ADD_FAILURE_AT(where.file, where.line) << "the server exits with " << *status << ":\n" << log;
}

std::vector<std::string> BridgeProcess::RemainingLog() {
  return process_.RemainingLines(Subprocess::Output::kStderr);
}

}  // namespace dino::testing
