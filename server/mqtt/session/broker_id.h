#ifndef DINO_SERVER_MQTT_SESSION_BROKER_ID_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_ID_H_

#include <string>
#include <vector>

#include "server/base/host_port.h"
#include "server/mqtt/link/resolver.h"

namespace dino::mqtt {

// Which broker: what users are spread over, and what logs and metrics call it. A name that has one
// address is one broker, wherever that is; of a name that has several, or had, each address is one.
struct BrokerId {
  // As it was configured.
  HostPort host;
  // One of several, at that time or earlier; else empty.
  std::string address = {};

  // As "host:port" or "host:port/address".
  std::string ToString() const;

  friend bool operator==(const BrokerId& a, const BrokerId& b) {
    return a.host == b.host && a.address == b.address;
  }
};

// The brokers behind a name with these addresses. Of a name with IPv4 and IPv6 addresses the kind
// counts of which there are more, IPv4 if there are as many: brokers that have one of each are not
// two. `had_several`: the name had several brokers before, so the last one of them keeps its
// identity.
std::vector<BrokerId> BrokersBehind(const HostPort& host, const Resolver::Addresses& addresses,
                                    bool had_several);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_ID_H_
