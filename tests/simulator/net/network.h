#ifndef DINO_TESTS_SIMULATOR_NET_NETWORK_H_
#define DINO_TESTS_SIMULATOR_NET_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/base/host_port.h"
#include "tests/simulator/base/random.h"
#include "tests/simulator/base/timeline.h"
#include "tests/simulator/net/wire.h"

namespace dino::simulator {

// What a host with a broker does with who wants to connect.
enum class Door : std::uint8_t {
  kOpen,
  kShut,    // Refuses.
  kAbsent,  // Nothing answers.
};

// Connects replicas with brokers. Every connection is known by the number of its replica and its
// broker.
class Network {
 public:
  struct Host {
    std::function<Door()> door;
    std::function<void(int replica, std::shared_ptr<Wire>)> accept;
  };

  Network(Timeline& timeline, Random random, const WireManner& manner)
      : timeline_(timeline), random_(random), manner_(manner) {}

  void AddHost(const std::string& endpoint, Host host) {
    hosts_.emplace(endpoint, std::move(host));
  }

  // What a name leads to, for all who look it up; and where a broker is found, by one of its name's
  // addresses or by the first one.
  void Name(const std::string& name, std::vector<std::string> addresses) {
    names_[name] = std::move(addresses);
  }
  const std::vector<std::string>& AddressesOf(const std::string& name) { return names_[name]; }
  std::string EndpointOf(const HostPort& broker, const std::string& address);

  // A connection under way; it is established, or refused, later, or never.
  std::shared_ptr<Wire> Connect(int replica, const std::string& endpoint);

  // A replica cannot reach a host: what it connects hangs, what it has connected is swallowed.
  void Separate(int replica, const std::string& endpoint);
  // It can again; what was swallowed is cut.
  void Join(int replica, const std::string& endpoint);

  // The connections between a replica and a host, from old to new.
  std::vector<std::shared_ptr<Wire>> Wires(int replica, const std::string& endpoint);

  // The next connection between them is cut after so many bytes of that end.
  void CutNext(int replica, const std::string& endpoint, End writer, std::uint64_t bytes) {
    cuts_[{replica, endpoint}] = {writer, bytes};
  }
  // No connection between them that still is will be.
  void DoNotCut(int replica, const std::string& endpoint);

 private:
  using Path = std::pair<int, std::string>;

  Timeline& timeline_;
  Random random_;
  const WireManner manner_;
  std::map<std::string, Host> hosts_;
  std::map<std::string, std::vector<std::string>> names_;
  std::map<Path, std::vector<std::weak_ptr<Wire>>> wires_;
  std::map<Path, bool> separated_;
  std::map<Path, std::pair<End, std::uint64_t>> cuts_;
  std::uint64_t count_ = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_NETWORK_H_
