#include "tests/support/mqtt/mosquitto_broker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string_view>
#include <utility>

namespace dino::testing {
namespace {

constexpr std::string_view kProgram = "/usr/sbin/mosquitto";

struct Listener {
  std::uint16_t port;
  MosquittoBroker::Door door;
};

void WriteConfiguration(const std::filesystem::path& directory,
                        const std::vector<Listener>& listeners,
                        MosquittoBroker::Persistence persistence) {
  std::ofstream file(directory / "mosquitto.conf");
  file << "log_dest stderr\n"
       << "set_tcp_nodelay true\n"
       << "max_queued_messages 0\n"
       << "max_queued_bytes 0\n"
       << "max_inflight_messages 0\n"
       << "queue_qos0_messages true\n";
  // Only where it is needed: with it, mosquitto 2.0.21 queues nothing for a session that is away.
  if (listeners.size() > 1) file << "per_listener_settings true\n";
  // Started as root, it would switch to a user that cannot write to the directory.
  if (geteuid() == 0) file << "user root\n";
  if (persistence == MosquittoBroker::Persistence::kSavedAtStop) {
    file << "persistence true\n"
         << "persistence_location " << directory.string() << "/\n";
  }
  // A door may repeat a line from above; the last one applies.
  for (const Listener& listener : listeners) {
    file << "listener " << listener.port << " 127.0.0.1\n";
    for (const std::string& line : listener.door) file << line << "\n";
  }
}

}  // namespace

MosquittoBroker::MosquittoBroker(Persistence persistence, Startup startup) {
  WriteConfiguration(directory_.path(), {{port(), {"allow_anonymous true"}}}, persistence);
  if (startup == Startup::kNow) Start();
}

MosquittoBroker::MosquittoBroker(const Door& door, std::vector<std::string> environment)
    : environment_(std::move(environment)) {
  WriteConfiguration(directory_.path(), {{port(), door}, {open_port(), {"allow_anonymous true"}}},
                     Persistence::kNone);
  Start();
}

void MosquittoBroker::Start(Where where) {
  process_.emplace(
      std::vector<std::string>{std::string(kProgram), "-c", directory_.path() / "mosquitto.conf"},
      environment_);
  const auto wait_for = [&](std::string_view text) {
    process_->WaitForLine(
        Subprocess::Output::kStderr,
        [text](std::string_view line) { return line.find(text) != std::string_view::npos; },
        kPatience, where);
  };
  wait_for(" running");
  // It listens (2.1 does so a moment later), but a signal before its loop runs is lost. Only the
  // loop accepts connections.
  const Clock::time_point deadline = Clock::now() + kPatience;
  FileDescriptor probe = ConnectToLoopback(port());
  while (!probe.open() && Clock::now() < deadline) probe = ConnectToLoopback(port());
  wait_for("New connection from 127.0.0.1");
}

void MosquittoBroker::Stop(Where where) {
  process_->Signal(SIGTERM);
  const std::optional<int> status = process_->Wait(kPatience, where);
  if (status.value_or(0) != 0) {
    ADD_FAILURE_AT(where.file, where.line) << "mosquitto exits with " << *status;
  }
  process_.reset();
}

void MosquittoBroker::Kill(Where where) {
  process_->Signal(SIGKILL);
  process_->Wait(kPatience, where);
  process_.reset();
}

void MosquittoBroker::Freeze() { process_->Signal(SIGSTOP); }

void MosquittoBroker::Thaw() { process_->Signal(SIGCONT); }

}  // namespace dino::testing
