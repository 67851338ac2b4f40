#include "tests/soak/rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>
#include <vector>

namespace dino::soak {
namespace {

using std::chrono::seconds;

constexpr seconds kStartPatience{30};
// Cleaning up after a call takes less.
constexpr seconds kRest{3};
// The bridge's memory of keys must not grow during a run: this limit is reached soon, yet it is far
// above the number of keys in use at a time.
constexpr const char* kIdempotencyMemory = "--idempotency-memory=65536";

// The shell becomes the bridge: its log goes to a file, so that it fills no pipe.
std::vector<std::string> Command(const RigOptions& options, const std::string& address,
                                 const std::string& broker_address) {
  return {"/bin/sh",
          "-c",
          R"(exec 2>"$1"; shift; exec "$@")",
          "sh",
          options.log_file,
          options.bridge,
          "--grpc-address=" + address,
          "--ops-address=127.0.0.1:0",
          "--mqtt-brokers=" + broker_address,
          kIdempotencyMemory,
          "--log-format=json"};
}

// The broker must listen before the witness subscribes.
std::uint16_t Started(Broker& broker) {
  broker.Start();
  return broker.port();
}

}  // namespace

Rig::Replica::Replica(const RigOptions& options, const std::string& broker)
    : bridge(Command(options, port.address(), broker)) {}

Rig::Rig(const RigOptions& options)
    : proxy_(broker_.port(), options.seed, &clerk_), witness_(Started(broker_), ledger_) {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < options.replicas; ++i) {
    addresses.push_back(bridges_.emplace_back(options, proxy_.address()).port.address());
  }
  load_ = std::make_unique<Load>(addresses, options.load, ledger_);
  const bool connected = load_->WaitForConnection(kStartPatience);
  const testing::Clock::time_point begin = testing::Clock::now();
  load_->Resume();
  if (!connected || !load_->WaitForRecovery(begin, kStartPatience)) {
    ADD_FAILURE() << "a bridge does not answer OK" << (bridges_run() ? "" : ": one has ended");
  }
}

bool Rig::bridges_run() const {
  return std::all_of(bridges_.begin(), bridges_.end(),
                     [](const Replica& replica) { return replica.bridge.running(); });
}

testing::ProcessUsage Rig::IdleUsage() {
  load_->Pause();
  std::this_thread::sleep_for(kRest);
  const testing::ProcessUsage usage = Usage();
  load_->Resume();
  return usage;
}

testing::Findings Rig::Finish() {
  load_->Stop();
  std::this_thread::sleep_for(kRest);
  if (!witness_.CatchUp()) ADD_FAILURE() << "the witness does not receive what is left";
  return ledger_.Check();
}

bool Rig::StopBridges() {
  for (Replica& replica : bridges_) replica.bridge.Signal(SIGTERM);
  return std::all_of(bridges_.begin(), bridges_.end(), [](Replica& replica) {
    return replica.bridge.Wait(2 * testing::kPatience) == 0;
  });
}

}  // namespace dino::soak
