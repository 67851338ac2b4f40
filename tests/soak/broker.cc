#include "tests/soak/broker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace dino::soak {
namespace {

using testing::Subprocess;

std::filesystem::path NewDirectory() {
  std::string name = std::filesystem::temp_directory_path() / "dino-soak-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  return name;
}

}  // namespace

Broker::Broker() : directory_(NewDirectory()) {
  std::ofstream file(directory_ / "mosquitto.conf");
  // No limits that would lose messages, and state saved only on request.
  file << "listener " << port() << " 127.0.0.1\n"
       << "allow_anonymous true\n"
       << "log_dest stderr\n"
       << "set_tcp_nodelay true\n"
       << "max_queued_messages 0\n"
       << "max_queued_bytes 0\n"
       << "max_inflight_messages 0\n"
       << "persistence true\n"
       << "autosave_interval 0\n"
       << "persistence_location " << directory_.string() << "/\n";
  // Started as root, it would switch to a user that cannot write to the directory.
  if (geteuid() == 0) file << "user root\n";
}

Broker::~Broker() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Broker::WaitForLog(const char* text) {
  process_->WaitForLine(Subprocess::Output::kStderr, [text](std::string_view line) {
    return line.find(text) != std::string_view::npos;
  });
}

void Broker::Start() {
  process_.emplace(
      std::vector<std::string>{"/usr/sbin/mosquitto", "-c", directory_ / "mosquitto.conf"});
  WaitForLog(" running");
  // Only its loop accepts connections, and a signal before the loop runs is lost.
  const testing::FileDescriptor probe = testing::ConnectToLoopback(port());
  WaitForLog("New connection from 127.0.0.1");
}

void Broker::Stop() {
  process_->Signal(SIGTERM);
  const std::optional<int> status = process_->Wait();
  if (status.value_or(0) != 0) ADD_FAILURE() << "mosquitto exits with " << *status;
  process_.reset();
}

void Broker::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
  process_.reset();
}

void Broker::Save() {
  process_->Signal(SIGUSR1);
  WaitForLog("Saving in-memory database");
}

void Broker::Freeze() { process_->Signal(SIGSTOP); }

void Broker::Thaw() { process_->Signal(SIGCONT); }

}  // namespace dino::soak
