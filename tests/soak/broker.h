#ifndef DINO_TESTS_SOAK_BROKER_H_
#define DINO_TESTS_SOAK_BROKER_H_

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"

namespace dino::soak {

// A real mosquitto on a free port of 127.0.0.1 that keeps its sessions over its ends.
//
// What it has acknowledged survives `Stop`. It does not survive `Kill`, which leaves the state
// of the last `Save`. Failures are reported as failed tests. Belongs to the thread that made
// it.
class Broker {
 public:
  Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker();

  std::uint16_t port() const { return port_.number(); }

  // Starts it and waits until it accepts connections.
  void Start();
  // Ends it by SIGTERM, which lets it save its state.
  void Stop();
  // Ends it by SIGKILL.
  void Kill();
  // Lets it save its state. It has when it next answers anything.
  void Save();
  // Lets it stand still (SIGSTOP) and go on (SIGCONT).
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
