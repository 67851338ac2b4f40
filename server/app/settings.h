#ifndef DINO_SERVER_APP_SETTINGS_H_
#define DINO_SERVER_APP_SETTINGS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/api/logged_calls.h"
#include "server/base/address_ranges.h"
#include "server/base/host_port.h"
#include "server/log/record.h"

namespace dino::app {

// The settings in force. Each member holds the setting of the same name; the table in
// setting_table.cc has the defaults, limits and help texts.
struct Settings {
  HostPort grpc_address;
  // None: disabled.
  std::optional<HostPort> ops_address;
  bool allow_anonymous = false;
  bool grpc_reflection = true;
  // Empty: not used.
  std::string auth_keys_file;
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;
  std::string tls_client_crl_file;
  AddressRanges trusted_proxies;
  // A metadata key; empty: not used.
  std::string caller_from_header;

  std::vector<HostPort> mqtt_brokers;
  std::size_t mqtt_sessions = 0;
  std::size_t mqtt_loops = 0;
  std::size_t mqtt_in_flight_window = 0;
  std::size_t mqtt_in_flight_bytes = 0;
  std::chrono::seconds mqtt_keep_alive{};
  std::chrono::milliseconds mqtt_connect_timeout{};
  std::chrono::milliseconds mqtt_ack_timeout{};
  std::chrono::milliseconds mqtt_failover_after{};
  std::chrono::milliseconds mqtt_settle{};
  std::string mqtt_client_id_prefix;
  // Empty: not used.
  std::string mqtt_username;
  std::string mqtt_password_file;
  std::string mqtt_tls_ca_file;
  std::string mqtt_tls_cert_file;
  std::string mqtt_tls_key_file;

  // Together they make a valid `fanout::TopicTemplate`.
  std::string topic_template;
  std::string environment;

  std::chrono::seconds default_expiry{};
  std::chrono::milliseconds default_deadline{};
  std::chrono::milliseconds max_connection_age{};
  std::chrono::milliseconds max_connection_grace{};
  std::chrono::milliseconds max_connection_idle{};
  std::size_t max_connections = 0;
  std::size_t max_concurrent_streams = 0;
  std::size_t max_publish_streams = 0;
  std::size_t max_watches = 0;
  std::size_t max_unread_answers = 0;
  std::size_t max_metadata_bytes = 0;
  std::size_t max_request_bytes = 0;
  std::size_t max_batch_events = 0;
  std::size_t max_receiving_bytes = 0;
  std::size_t max_recipients = 0;
  std::size_t max_payload_bytes = 0;
  std::size_t max_pending_publications = 0;
  std::size_t max_pending_bytes = 0;
  std::chrono::seconds idempotency_window{};
  std::size_t idempotency_memory = 0;
  std::chrono::milliseconds drain_delay{};
  std::chrono::milliseconds drain_timeout{};

  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kJson;
  api::LoggedCalls log_calls = api::LoggedCalls::kSampled;
  // None: no call is traced.
  std::optional<HostPort> traces_endpoint;
  double traces_sample_ratio = 0;

  // The name and text of every setting, for the log. No secrets.
  std::vector<std::pair<std::string_view, std::string>> texts;
  // Environment variables that look like a setting but are not, for the log.
  std::vector<std::string> unknown_variables;
};

// The output of `--help` or `--version`.
struct Information {
  std::string text;
};

// All errors: one line each, with the flag or variable and the rule it breaks.
struct SettingErrors {
  std::vector<std::string> lines;
};

using ParsedSettings = std::variant<Settings, Information, SettingErrors>;

// Returns the value of an environment variable, null if it is not set.
using Environment = std::function<const char*(const char*)>;

// Reads the settings from the flags `--name=value` or `--name value` and from the
// variables `DINO_NAME`; the flag wins. `argv[0]` is the program's name.
ParsedSettings ParseSettings(int argc, const char* const* argv, const Environment& environment);

// The product's version, such as `1.2.3`.
std::string_view Version();

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SETTINGS_H_
