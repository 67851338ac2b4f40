#include "server/grpc/peer.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "server/base/host_port.h"
#include "server/net/network.h"

namespace dino::transport {
namespace {

// An IPv6 address in brackets with a zone and a port.
constexpr std::size_t kMaxAddressBytes = 128;

bool Consume(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string AddressOf(std::string_view peer) {
  if (!Consume(peer, "ipv4:")) Consume(peer, "ipv6:");
  return absl::StrReplaceAll(absl::string_view(peer.data(), peer.size()),
                             {{"%5B", "["}, {"%5D", "]"}});
}

std::string HostOf(std::string_view peer) {
  const std::string address = AddressOf(peer);
  const auto parts = SplitHostPort(address);
  if (!parts.has_value()) return "";
  std::string_view host = parts->first;
  Consume(host, "[");
  // A zone may follow an IPv6 address.
  host = host.substr(0, host.find_first_of("%]"));
  return net::NetworkOfAddress(host).empty() ? "" : std::string(host);
}

std::string NetworkOf(std::string_view peer) { return net::NetworkOfAddress(HostOf(peer)); }

std::string LastForwardedAddress(std::string_view value) {
  value.remove_prefix(value.rfind(',') + 1);
  const absl::string_view last =
      absl::StripAsciiWhitespace(absl::string_view(value.data(), value.size()));
  if (last.size() > kMaxAddressBytes) return "";
  std::string text(last);
  if (!net::NetworkOfAddress(text).empty()) return text;
  return HostOf(text);
}

}  // namespace dino::transport
