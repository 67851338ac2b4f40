#include "server/base/address_ranges.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/host_port.h"

namespace dino {
namespace {

constexpr unsigned kBitsOfByte = 8;
constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;

// `bytes` with all bits behind the prefix 0.
IpAddress Masked(IpAddress bytes, unsigned prefix) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::min(kBitsOfByte, prefix - std::min(prefix, i * kBitsOfByte));
    bytes[i] &= static_cast<unsigned char>(0xFF00U >> kept);
  }
  return bytes;
}

absl::Status Wrong(const char* why) { return absl::InvalidArgumentError(why); }

}  // namespace

absl::StatusOr<AddressRanges> AddressRanges::Parse(std::string_view text) {
  AddressRanges ranges;
  if (text.empty()) return ranges;
  for (const absl::string_view each :
       absl::StrSplit(absl::string_view(text.data(), text.size()), ',')) {
    const absl::StatusOr<Range> range = ParseRange({each.data(), each.size()});
    if (!range.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("entry ", ranges.ranges_.size() + 1, " ", range.status().message()));
    }
    ranges.ranges_.push_back(*range);
  }
  return ranges;
}

absl::StatusOr<AddressRanges::Range> AddressRanges::ParseRange(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address = text.substr(0, slash);
  const std::optional<IpAddress> bytes = ParseIpAddress(address);
  if (!bytes.has_value()) return Wrong("is neither an IP address nor a network");
  const unsigned bits = IsIpv6(address) ? kIpv6Bits : kIpv4Bits;
  unsigned length = bits;
  if (slash < text.size()) {
    const std::string digits(text.substr(slash + 1));
    const bool valid = !digits.empty() &&
                       digits.find_first_not_of("0123456789") == std::string::npos &&
                       absl::SimpleAtoi(digits, &length) && length <= bits;
    if (!valid) {
      return Wrong(bits == kIpv4Bits ? "must end in /0 to /32" : "must end in /0 to /128");
    }
  }
  const unsigned prefix = kIpv6Bits - bits + length;
  if (Masked(*bytes, prefix) != *bytes) return Wrong("has bits set behind its prefix");
  return Range{*bytes, prefix};
}

bool AddressRanges::Contains(std::string_view address) const {
  if (empty()) return false;
  const std::optional<IpAddress> bytes = ParseIpAddress(address);
  return bytes.has_value() && Has(*bytes);
}

bool AddressRanges::Contains(const sockaddr_storage& address) const {
  if (empty()) return false;
  const std::optional<IpAddress> bytes = IpAddressOf(address);
  return bytes.has_value() && Has(*bytes);
}

bool AddressRanges::Has(const IpAddress& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&address](const Range& range) {
    return Masked(address, range.prefix) == range.first;
  });
}

}  // namespace dino
