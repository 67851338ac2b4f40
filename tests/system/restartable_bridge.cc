#include "tests/system/restartable_bridge.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

#include "tests/support/http2/quick_channel.h"
#include "tests/system/bridge_program.h"
#include "tests/system/health_client.h"

namespace dino::testing {
RestartableBridge::RestartableBridge(const std::string& mqtt_brokers,
                                     const std::vector<std::string>& flags, Where where)
    : command_{BridgeProgram(),
               "--grpc-address=" + port_.address(),
               "--ops-address=127.0.0.1:0",
               "--mqtt-brokers=" + mqtt_brokers,
               "--log-format=json",
               "--log-level=debug"},
      channel_(QuickChannel(port_.address())),
      stub_(events::v1::EventPublisherService::NewStub(channel_)) {
  command_.insert(command_.end(), flags.begin(), flags.end());
  Start(Wait::kForListening, where);
}

RestartableBridge::~RestartableBridge() {
  if (process_.has_value()) Stop();
}

void RestartableBridge::Start(Wait wait, Where where) {
  log_.clear();
  next_record_ = 0;
  process_.emplace(command_);
  WaitForRecord("listening", where);
  // Earlier records may be waited for, too.
  next_record_ = 0;
  if (wait == Wait::kForReadiness) WaitForReadiness(true, where);
}

void RestartableBridge::Kill(Where where) {
  process_->Signal(SIGKILL);
  const std::optional<int> status = process_->Wait(kPatience, where);
  if (status.value_or(128 + SIGKILL) != 128 + SIGKILL) {
    ADD_FAILURE_AT(where.file, where.line) << "the server had ended, with status " << *status;
  }
  process_.reset();
}

std::vector<LogRecord> RestartableBridge::Stop(Where where) {
  process_->Signal(SIGTERM);
  const std::optional<int> status = process_->Wait(2 * kPatience, where);
  std::string rest;
  for (const std::string& line : process_->RemainingLines(Subprocess::Output::kStderr)) {
    log_.emplace_back(line);
    rest += line + "\n";
  }
  if (status.value_or(0) != 0) {
    ADD_FAILURE_AT(where.file, where.line) << "the server exits with " << *status << ":\n" << rest;
  }
  process_.reset();
  return std::move(log_);
}

void RestartableBridge::WaitForReadiness(bool ready, Where where) {
  WaitForHealth(
      channel_, "",
      ready ? health::HealthCheckResponse::SERVING : health::HealthCheckResponse::NOT_SERVING,
      where);
}

bool RestartableBridge::live(Where where) {
  return CheckHealth(channel_, "liveness", where) == health::HealthCheckResponse::SERVING;
}

bool RestartableBridge::ReadRecord(Clock::time_point deadline) {
  const auto line = process_->NextLine(Subprocess::Output::kStderr, deadline);
  if (line.has_value()) log_.emplace_back(*line);
  return line.has_value();
}

LogRecord RestartableBridge::WaitForRecord(const Predicate& predicate, Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (next_record_ < log_.size() || ReadRecord(deadline)) {
    const LogRecord& record = log_[next_record_++];
    if (predicate(record)) return record;
  }
  ADD_FAILURE_AT(where.file, where.line)
      << "the server does not log what is waited for; its last record is: "
      << (log_.empty() ? "none" : log_.back().message());
  return {};
}

LogRecord RestartableBridge::WaitForRecord(std::string_view message, Where where) {
  return WaitForRecord([message](const LogRecord& record) { return record.message() == message; },
                       where);
}

grpc::Status RestartableBridge::Publish(const events::v1::PublishMessageRequest& request,
                                        events::v1::Delivery* delivery, Deadline deadline) {
  grpc::ClientContext context;
  if (deadline == Deadline::kLong) {
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
  }
  events::v1::PublishMessageResponse response;
  grpc::Status status = stub_->PublishMessage(&context, request, &response);
  if (delivery != nullptr) *delivery = response.delivery();
  return status;
}

}  // namespace dino::testing
