#ifndef DINO_TESTS_SUPPORT_MQTT_FAULT_PROXY_H_
#define DINO_TESTS_SUPPORT_MQTT_FAULT_PROXY_H_

#include <sys/socket.h>

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
#include "tests/support/mqtt/proxy_observer.h"
#include "tests/support/mqtt/shaped_stream.h"
#include "tests/support/mqtt/tamperer.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/poll_thread.h"

namespace dino::testing {

// A proxy on 127.0.0.1 in front of a broker, with faults that can be switched on and off at any
// time.
//
// Passes everything at first. A fault applies to all connections, later ones included. While a
// direction is held, nothing gets through, not even the end of the connection: what was sent before
// a FIN is delivered later, and what is in transit at a reset is lost. The kernel acknowledges what
// is held, so a peer notices only by the missing answer. If the broker refuses a connection, the
// client's is reset.
//
// Runs on its own thread. Thread-safe; methods return when the change is in force.
class FaultProxy {
 public:
  // What a socket connects to.
  struct BrokerAddress {
    sockaddr_storage bytes{};
    socklen_t size = 0;
  };
  enum class Direction { kToBroker, kToClient };
  enum class Door {
    kOpen,
    // Connections are refused.
    kRefuse,
    // Connections are accepted and stay silent for good, even after the door opens.
    kBlackHole,
  };

  // The broker is at that port of 127.0.0.1, and need not listen yet. Jitter comes from `seed`. The
  // observer, if there is one, outlives this object.
  explicit FaultProxy(std::uint16_t broker_port, unsigned seed = 1,
                      ProxyObserver* observer = nullptr);
  // The broker is at that address, which is looked up once.
  FaultProxy(const std::string& host, std::uint16_t port, ProxyObserver* observer);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy() = default;

  std::uint16_t port() const { return port_.number(); }
  std::string address() const { return port_.address(); }

  void Set(Direction direction, const Shape& shape);
  void SetBoth(const Shape& shape);
  // Drops every PUBACK from now on, or no longer.
  void LoseAcks(bool lose);
  // Sets what happens to new connections.
  void Set(Door door);
  // Passes everything again. What was lost stays lost.
  void Heal();

  // Resets (RST) or closes (FIN) all connections; what is in transit is lost.
  void ResetConnections();
  void CloseConnections();

  // Tampers with one publication to `topic`, on any connection.
  void Tamper(Tampering what, const std::string& topic);
  // Waits until that is done; fails the test if it does not happen.
  void WaitForTampering(Where where = Where::Here());

  // The number of open connections.
  std::size_t connection_count();
  // When connections that had carried a publication ended, by client ID.
  std::map<std::string, std::vector<Clock::time_point>> LostConnections();

 private:
  std::optional<Clock::time_point> AddTo(std::vector<pollfd>& entries) const;
  void Advance();
  void Accept();
  void ForgetEnded();

  FaultProxy(const BrokerAddress& broker, unsigned seed, ProxyObserver* observer);

  const BrokerAddress broker_;
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
