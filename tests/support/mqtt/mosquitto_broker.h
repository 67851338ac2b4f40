#ifndef DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_BROKER_H_
#define DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_BROKER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"

namespace dino::testing {

// A real mosquitto on a free port of 127.0.0.1, without limits that would lose messages.
//
// It ends with this object. Failures to start or stop fail the test. Not thread-safe.
class MosquittoBroker {
 public:
  enum class Persistence {
    kNone,
    // Sessions and what is queued for them survive `Stop` and `Start`, but not `Kill`.
    kSavedAtStop,
  };
  enum class Startup { kNow, kLater };

  // Configuration lines that say who may connect, and how.
  using Door = std::vector<std::string>;

  explicit MosquittoBroker(Persistence persistence = Persistence::kNone,
                           Startup startup = Startup::kNow);
  // Accepts at `port` those whom `door` allows, and everybody at `open_port`. `environment` entries
  // (`NAME=value`) are added to the process's.
  explicit MosquittoBroker(const Door& door, std::vector<std::string> environment = {});
  MosquittoBroker(const MosquittoBroker&) = delete;
  MosquittoBroker& operator=(const MosquittoBroker&) = delete;

  std::uint16_t port() const { return port_.number(); }
  std::string address() const { return port_.address(); }
  // A second port, open to everybody.
  std::uint16_t open_port() const { return open_port_.number(); }

  // Starts it, always on the same port, and waits until it accepts connections.
  void Start(Where where = Where::Here());
  // Shuts it down (SIGTERM), so that it saves its state and sends DISCONNECT.
  void Stop(Where where = Where::Here());
  // Kills it (SIGKILL).
  void Kill(Where where = Where::Here());
  // Stops it (SIGSTOP) and continues it (SIGCONT).
  void Freeze();
  void Thaw();

 private:
  const LoopbackPort port_;
  const LoopbackPort open_port_;
  const TemporaryDirectory directory_;
  const std::vector<std::string> environment_;
  std::optional<Subprocess> process_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_BROKER_H_
