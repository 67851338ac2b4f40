#include "server/mqtt/session/broker_id.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace dino::mqtt {

std::string BrokerId::ToString() const {
  return address.empty() ? host.ToString() : absl::StrCat(host.ToString(), "/", address);
}

std::vector<BrokerId> BrokersBehind(const HostPort& host, const Resolver::Addresses& addresses,
                                    bool had_several) {
  const auto is_ipv6 = [](const std::string& address) { return IsIpv6(address); };
  const auto ipv6 = std::count_if(addresses.begin(), addresses.end(), is_ipv6);
  const bool ipv6_counts = 2 * ipv6 > static_cast<std::ptrdiff_t>(addresses.size());
  std::vector<BrokerId> brokers;
  for (const std::string& address : addresses) {
    if (IsIpv6(address) == ipv6_counts) brokers.push_back({host, address});
  }
  if (brokers.size() > 1 || had_several) return brokers;
  return {{host}};
}

}  // namespace dino::mqtt
