#include "server/auth/forwarded_certificate.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "server/base/hex.h"

namespace dino::auth {
namespace {

// Of one certificate; more are nobody's.
constexpr std::size_t kMaxNames = 100;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Malformed(const char* why) { return absl::InvalidArgumentError(why); }

std::optional<std::string> WithoutPercents(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const std::size_t percent = std::min(text.find('%'), text.size());
    decoded.append(text.substr(0, percent));
    text.remove_prefix(percent);
    if (text.empty()) break;
    unsigned char byte = 0;
    if (!FromHex(text.substr(1, 2), absl::MakeSpan(&byte, 1))) return std::nullopt;
    decoded.push_back(static_cast<char>(byte));
    text.remove_prefix(3);
  }
  return decoded;
}

absl::StatusOr<tls::Certificate> ReadPem(std::string_view escaped) {
  const std::optional<std::string> pem = WithoutPercents(escaped);
  if (!pem.has_value()) return Malformed("it has a wrong percent escape");
  auto certificate = tls::Certificate::Parse(*pem);
  if (!certificate.ok()) return Malformed("it has no certificate in PEM format");
  return certificate;
}

absl::StatusOr<tls::Certificate> ReadCertificate(std::string_view value) {
  if (absl::StartsWith(View(value), "-----BEGIN")) return ReadPem(value);
  if (value.size() >= 2 && value.front() == ':' && value.back() == ':') {
    value = value.substr(1, value.size() - 2);
  }
  std::string der;
  if (!absl::Base64Unescape(View(value), &der)) return Malformed("it is not base64");
  auto certificate = tls::Certificate::ParseDer(der);
  if (!certificate.ok()) return Malformed("it has no certificate in DER format");
  return certificate;
}

// Reads `key=value;key="value",key=value`: elements of pairs.
class XfccReader {
 public:
  explicit XfccReader(std::string_view value) : rest_(value) {}

  absl::StatusOr<ForwardedCertificate> ReadLast() {
    ForwardedCertificate element;
    for (;;) {
      absl::Status status = ReadPair(element);
      if (!status.ok()) return status;
      if (rest_.empty()) return element;
      const char separator = rest_.front();
      rest_.remove_prefix(1);
      if (separator == ',') element = {};
    }
  }

 private:
  // Up to the separator behind it.
  absl::Status ReadPair(ForwardedCertificate& element) {
    const std::size_t equals = rest_.find_first_of("=;,\"");
    if (equals == std::string_view::npos || rest_[equals] != '=') {
      return Malformed("it is not made of key=value");
    }
    const std::string_view key = rest_.substr(0, equals);
    rest_.remove_prefix(equals + 1);
    const std::optional<std::string> value = ReadValue();
    if (!value.has_value()) return Malformed("its quotes do not match");
    if (value->empty()) return absl::OkStatus();
    return Take(absl::StripAsciiWhitespace(View(key)), *value, element);
  }

  std::optional<std::string> ReadValue() {
    if (rest_.empty() || rest_.front() != '"') {
      const std::size_t end = std::min(rest_.find_first_of(";,"), rest_.size());
      std::string value(absl::StripAsciiWhitespace(View(rest_.substr(0, end))));
      rest_.remove_prefix(end);
      if (value.find('"') != std::string::npos) return std::nullopt;
      return value;
    }
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        if (!rest_.empty() && rest_.front() != ';' && rest_.front() != ',') return std::nullopt;
        return value;
      }
      if (rest_[i] == '\\') ++i;
      if (i < rest_.size()) value.push_back(rest_[i]);
    }
    return std::nullopt;
  }

  static absl::Status Take(absl::string_view key, const std::string& value,
                           ForwardedCertificate& element) {
    if (absl::EqualsIgnoreCase(key, "Cert")) return TakeCertificate(value, element);
    if (absl::EqualsIgnoreCase(key, "Chain")) return TakeChain(value, element);
    if (absl::EqualsIgnoreCase(key, "Subject")) {
      if (!element.subject.empty()) return Malformed("it has two subjects");
      element.subject = value;
    }
    const bool is_uri = absl::EqualsIgnoreCase(key, "URI");
    if (!is_uri && !absl::EqualsIgnoreCase(key, "DNS")) return absl::OkStatus();
    std::optional<std::string> name = is_uri ? tls::UriName(value) : tls::DnsName(value);
    if (!name.has_value()) return absl::OkStatus();
    if (element.names.size() == kMaxNames) return Malformed("it has too many names");
    // URIs come first.
    const auto place = is_uri ? std::find_if(element.names.begin(), element.names.end(), IsDnsName)
                              : element.names.end();
    element.names.insert(place, *std::move(name));
    return absl::OkStatus();
  }

  static bool IsDnsName(const std::string& name) { return !absl::StrContains(name, ':'); }

  static absl::Status TakeCertificate(const std::string& value, ForwardedCertificate& element) {
    if (element.certificate.has_value()) return Malformed("it has two certificates");
    auto certificate = ReadPem(value);
    if (!certificate.ok()) return certificate.status();
    element.certificate = *std::move(certificate);
    return absl::OkStatus();
  }

  static absl::Status TakeChain(const std::string& value, ForwardedCertificate& element) {
    std::optional<std::string> chain = WithoutPercents(value);
    if (!chain.has_value()) return Malformed("it has a wrong percent escape");
    element.chain = *std::move(chain);
    return absl::OkStatus();
  }

  std::string_view rest_;
};

}  // namespace

absl::StatusOr<ForwardedCertificate> ReadForwardedCertificate(std::string_view header,
                                                              std::string_view value) {
  if (header == kXfccHeader) return XfccReader(value).ReadLast();
  absl::StatusOr<tls::Certificate> certificate = ReadCertificate(value);
  if (!certificate.ok()) return certificate.status();
  ForwardedCertificate forwarded;
  forwarded.certificate = *std::move(certificate);
  return forwarded;
}

}  // namespace dino::auth
