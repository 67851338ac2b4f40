#include "server/mqtt/broker_address.h"

#include "absl/strings/str_cat.h"

namespace dino::mqtt {

std::string BrokerAddress::ToString() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace dino::mqtt
