#include "server/base/host_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace dino {
namespace {

constexpr std::size_t kMaxHostBytes = 253;
constexpr char kForm[] = "must be host:port, with an IPv6 address in brackets";

bool ParsePort(std::string_view text, std::uint16_t min_port, std::uint16_t& port) {
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), port);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && port >= min_port;
}

bool IsValidIpv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsValidIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsName(const std::string& host) {
  return !host.empty() && host.size() <= kMaxHostBytes &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
         });
}

std::string Lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string CheckName(const std::string& host) {
  if (!IsName(host)) return kForm;
  // Only digits and dots are meant as an IPv4 address, so they must be a valid one.
  if (host.find_first_not_of("0123456789.") == std::string::npos && !IsValidIpv4(host)) {
    return "must hold a valid IPv4 address";
  }
  return "";
}

}  // namespace

std::string HostPort::ToString() const {
  return (IsIpv6(host) ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool HostPort::IsLoopback() const {
  in_addr ipv4{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24U == 127;
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, host.c_str(), &ipv6) == 1) return IN6_IS_ADDR_LOOPBACK(&ipv6);
  return Lowered(host) == "localhost";
}

bool IsIpv6(std::string_view host) { return host.find(':') != std::string_view::npos; }

std::optional<std::pair<std::string_view, std::string_view>> SplitHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return std::make_pair(text.substr(0, colon), text.substr(colon + 1));
}

std::string ParseHostPort(std::string_view text, std::uint16_t min_port, HostPort& host_port) {
  const auto parts = SplitHostPort(text);
  if (!parts.has_value()) return kForm;
  std::string host(parts->first);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!IsValidIpv6(host)) return "must hold a valid IPv6 address between the brackets";
  } else if (std::string problem = CheckName(host); !problem.empty()) {
    return problem;
  }
  std::uint16_t port = 0;
  if (!ParsePort(parts->second, min_port, port)) {
    return "must end in a port from " + std::to_string(min_port) + " to 65535";
  }
  host_port = HostPort{Lowered(std::move(host)), port};
  return "";
}

}  // namespace dino
