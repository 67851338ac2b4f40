#ifndef DINO_TESTS_SOAK_BROKER_H_
#define DINO_TESTS_SOAK_BROKER_H_

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"

namespace dino::soak {

// A real mosquitto on a free port of 127.0.0.1 that keeps its sessions across restarts.
//
// What it has acknowledged survives `Stop`, but not `Kill`, which leaves the state of the last
// `Save`. Failures are reported as failed tests. Belongs to the thread that created it.
class Broker {
 public:
  Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker();

  std::uint16_t port() const { return port_.number(); }

  // Starts it and waits until it accepts connections.
  void Start();
  // Stops it with SIGTERM, upon which it saves its state.
  void Stop();
  // Kills it with SIGKILL.
  void Kill();
  // Makes it save its state. It has done so when it next answers anything.
  void Save();
  // Stops it (SIGSTOP) and continues it (SIGCONT).
  void Freeze();
  void Thaw();

 private:
  void WaitForLog(const char* text);

  const testing::LoopbackPort port_;
  const std::filesystem::path directory_;
  std::optional<testing::Subprocess> process_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_BROKER_H_
