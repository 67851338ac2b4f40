#ifndef DINO_SERVER_BASE_ADDRESS_RANGES_H_
#define DINO_SERVER_BASE_ADDRESS_RANGES_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/ip_address.h"

namespace dino {

// A set of IP addresses. An IPv4 address is the same in its IPv6 form, `::ffff:192.0.2.1`.
// Thread-safe.
class AddressRanges {
 public:
  // Reads addresses and networks separated by commas, such as `10.0.0.0/8,2001:db8::1`; an empty
  // text holds none. The error says which of them is wrong, and why.
  static absl::StatusOr<AddressRanges> Parse(std::string_view text);

  bool empty() const { return ranges_.empty(); }

  // False for what is no IP address.
  bool Contains(std::string_view address) const;
  bool Contains(const sockaddr_storage& address) const;

 private:
  struct Range {
    IpAddress first;
    // How many leading bits its addresses have in common.
    unsigned prefix;
  };

  static absl::StatusOr<Range> ParseRange(std::string_view text);
  bool Has(const IpAddress& address) const;

  std::vector<Range> ranges_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_ADDRESS_RANGES_H_
