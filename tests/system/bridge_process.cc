#include "tests/system/bridge_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

#include "tests/support/process/loopback.h"
#include "tests/system/bridge_program.h"
#include "tests/system/log_record.h"

namespace dino::testing {
namespace {

std::vector<std::string> Command(const std::string& mqtt_brokers,
                                 const std::vector<std::string>& flags) {
  std::vector<std::string> command = {BridgeProgram(),
                                      "--grpc-address=127.0.0.1:0",
                                      "--ops-address=127.0.0.1:0",
                                      "--mqtt-brokers=" + mqtt_brokers,
                                      "--log-format=json",
                                      "--log-level=debug"};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

}  // namespace

BridgeProcess::BridgeProcess(const std::string& mqtt_brokers, const std::vector<std::string>& flags,
                             const std::vector<std::string>& environment, Where where,
                             const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : process_(Command(mqtt_brokers, flags), environment) {
  process_.WaitForLine(
      Subprocess::Output::kStderr,
      [this](std::string_view line) {
        if (line.find("listening") == std::string_view::npos) return false;
        const LogRecord record{std::string(line)};
        address_ = record.Text("grpc_address");
        ops_address_ = record.Text("ops_address");
        return !address_.empty();
      },
      kPatience, where);
  channel_ = grpc::CreateChannel(address_, credentials);
  stub_ = v1::EventPublisherService::NewStub(channel_);
  // This version of gRPC reads errno too late after connect: a memory allocation may have changed
  // it, so that an attempt fails for no reason. Retry it.
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

std::uint16_t BridgeProcess::port() const { return PortOf(address_); }

void BridgeProcess::WaitForLog(std::string_view message, Where where) {
  process_.WaitForLine(
      Subprocess::Output::kStderr,
      [message](std::string_view line) {
        return LogRecord(std::string(line)).message() == message;
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
