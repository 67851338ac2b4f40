#include "server/mqtt/link/broker_access.h"

#include <mosquitto.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/base/text_file.h"

namespace dino::mqtt {
namespace {

// MQTT counts the bytes of a name and of a password in 16 bits.
constexpr std::size_t kMaxBytes = 65535;

}  // namespace

absl::Status CheckUsername(const std::string& username) {
  // The library takes neither control characters nor what is not UTF-8.
  if (username.size() <= kMaxBytes &&
      mosquitto_validate_utf8(username.data(), static_cast<int>(username.size())) ==
          MOSQ_ERR_SUCCESS) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "must be at most 65535 bytes of UTF-8 without control characters");
}

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content;
  absl::string_view password = absl::StripSuffix(*content, "\n");
  password = absl::StripSuffix(password, "\r");
  if (password.empty()) return absl::FailedPreconditionError(path + " holds no password");
  if (password.size() > kMaxBytes || absl::StrContains(password, '\0')) {
    return absl::FailedPreconditionError(
        path + " holds no password: it must be at most 65535 bytes without NUL");
  }
  return std::string(password);
}

absl::StatusOr<Credentials> BrokerAccess::For(const std::string& host) {
  Credentials credentials;
  credentials.username = username_;
  if (!password_file_.empty()) {
    absl::StatusOr<std::string> password = ReadPasswordFile(password_file_);
    if (!password.ok()) return password.status();
    credentials.password = *std::move(password);
  }
  absl::StatusOr<TlsContext> tls = tls_.For(host);
  if (!tls.ok()) return tls.status();
  credentials.tls = *std::move(tls);
  return credentials;
}

}  // namespace dino::mqtt
