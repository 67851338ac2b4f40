#ifndef DINO_TESTS_SUPPORT_MQTT_FAULT_PROXY_H_
#define DINO_TESTS_SUPPORT_MQTT_FAULT_PROXY_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mqtt/proxied_connection.h"
#include "tests/support/mqtt/shaped_stream.h"
#include "tests/support/mqtt/tamperer.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/poll_thread.h"

namespace dino::testing {

// An MQTT connection's way to a broker on 127.0.0.1, with faults that are switched on and off
// at any moment.
//
// Lets everything pass at first. A fault holds for all connections, those that come later
// too. While a direction is held, nothing of it gets through, the end of the connection
// neither: what the sender wrote before an orderly end (FIN) comes out later, what was on the
// way at a reset is lost. The kernel acknowledges what is held, so that a peer can notice only
// by waiting for an answer. If the broker refuses, the client's connection is reset.
//
// It works on a thread of its own; all methods may be called from any thread and return when
// the change is in force.
class FaultProxy {
 public:
  enum class Direction { kToBroker, kToClient };
  enum class Door {
    kOpen,
    // Connections are refused.
    kRefuse,
    // Connections are taken, and nothing ever happens on them, also after the door opens.
    kBlackHole,
  };

  // The broker need not listen yet. Jitter comes from `seed`.
  explicit FaultProxy(std::uint16_t broker_port, unsigned seed = 1);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy() = default;

  std::uint16_t port() const { return port_.number(); }
  std::string address() const { return port_.address(); }

  void Set(Direction direction, const Shape& shape);
  void SetBoth(const Shape& shape);
  // Takes every PUBACK away from here on, or no more.
  void LoseAcks(bool lose);
  // Says what happens to connections that come.
  void Set(Door door);
  // Lets everything pass again. What was lost stays lost.
  void Heal();

  // Ends all connections by a reset (RST), or in order (FIN); what is on the way is lost.
  void ResetConnections();
  void CloseConnections();

  // Harms one publication to `topic` on purpose, on whatever connection it comes.
  void Tamper(Tampering what, const std::string& topic);
  // Waits until that is done. Fails the test if it does not happen.
  void WaitForTampering(Where where = Where::Here());

  // How many connections there are now.
  std::size_t connection_count();
  // When connections ended that had carried a publication, by their client id.
  std::map<std::string, std::vector<Clock::time_point>> LostConnections();

 private:
  std::optional<Clock::time_point> AddTo(std::vector<pollfd>& entries) const;
  void Advance();
  void Accept();
  void ForgetEnded();

  const std::uint16_t broker_port_;
  const LoopbackPort port_;

  // The proxy's thread only.
  FileDescriptor listener_;
  ProxyFaults faults_;
  std::list<ProxiedConnection> connections_;
  Door door_ = Door::kOpen;
  unsigned next_seed_;
  std::map<std::string, std::vector<Clock::time_point>> lost_connections_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool tampering_done_ = false;  // Protected by `mutex_`.

  PollThread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_FAULT_PROXY_H_
