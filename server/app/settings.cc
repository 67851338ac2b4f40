#include "server/app/settings.h"

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "server/app/command_line.h"
#include "server/app/setting_table.h"
#include "server/app/setting_variables.h"
#include "server/app/settings_help.h"
#include "server/auth/callers.h"
#include "server/base/printable_text.h"
#include "server/fanout/topic_template.h"
#include "server/mqtt/link/broker_access.h"
#include "server/tls/pem_files.h"
#include "server/tls/server_tls.h"

namespace dino::app {
namespace {

// A setting's text, and where it comes from.
struct Given {
  // "--log-level" or "DINO_LOG_LEVEL"; the flag for a default.
  std::string source;
  std::string text;
};

// Reads the settings one by one and collects the errors.
class SettingsReader {
 public:
  SettingsReader(CommandLine command_line, const Environment& environment)
      : command_line_(std::move(command_line)), environment_(environment) {
    errors_.lines = std::move(command_line_.errors);
  }

  ParsedSettings Read() {
    for (const Setting& setting : SettingTable()) ReadOne(setting);
    CheckTopicTemplate();
    CheckLimits();
    CheckBrokerAccess();
    CheckCallersTls();
    CheckProxies();
    CheckCallers();
    if (!errors_.lines.empty()) return std::move(errors_);
    return std::move(settings_);
  }

 private:
  std::optional<Given> Find(std::string_view name) const {
    const auto flag = command_line_.values.find(name);
    if (flag != command_line_.values.end()) {
      return Given{"--" + std::string(name), flag->second};
    }
    std::string variable = EnvironmentName(name);
    const char* const text = environment_(variable.c_str());
    if (text != nullptr) return Given{std::move(variable), text};
    return std::nullopt;
  }

  void ReadOne(const Setting& setting) {
    const Given given =
        Find(setting.name)
            .value_or(Given{"--" + std::string(setting.name), std::string(setting.default_text)});
    const std::string problem = setting.rule.read(given.text, settings_);
    if (problem.empty()) {
      settings_.texts.emplace_back(setting.name, given.text);
      sources_.emplace(setting.name, given.source);
    } else {
      Fail(given.source, problem);
    }
  }

  // True if each of them is valid by itself.
  bool Good(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      if (sources_.find(name) == sources_.end()) return false;
    }
    return true;
  }

  void CheckTopicTemplate() {
    if (!Good({"topic-template", "environment"})) return;
    const absl::Status status =
        fanout::TopicTemplate::Parse(settings_.topic_template, settings_.environment).status();
    if (status.ok()) return;
    Fail(sources_["topic-template"], Quoted(settings_.topic_template) + " with the environment " +
                                         Quoted(settings_.environment) + ": " +
                                         std::string(status.message()));
  }

  void CheckLimits() {
    if (Good({"max-pending-publications", "max-recipients"}) &&
        settings_.max_pending_publications < settings_.max_recipients) {
      Fail(sources_["max-pending-publications"], "must be at least max-recipients, " +
                                                     std::to_string(settings_.max_recipients) +
                                                     ": a call that large would always be refused");
    }
    if (Good({"max-receiving-bytes", "max-request-bytes"}) &&
        settings_.max_receiving_bytes < settings_.max_request_bytes) {
      Fail(sources_["max-receiving-bytes"], "must be at least max-request-bytes, " +
                                                std::to_string(settings_.max_request_bytes) +
                                                ": a request that large would always be cut off");
    }
    // A control character takes six bytes of JSON.
    constexpr std::size_t kRequestAndJson = 7;
    CheckLargestCall("max-pending-bytes", settings_.max_pending_bytes, kRequestAndJson, 80);
    CheckLargestCall("max-request-bytes", settings_.max_request_bytes, 1, 32);
  }

  // Checks that a limit in bytes admits the largest call, which holds so many times its payload,
  // and so many bytes a recipient.
  void CheckLargestCall(std::string_view name, std::size_t value, std::size_t payloads,
                        std::size_t recipient) {
    if (!Good({name, "max-payload-bytes", "max-recipients"})) return;
    // With some headroom for the smaller fields.
    constexpr std::size_t kOther = 65536;
    const std::size_t largest =
        payloads * settings_.max_payload_bytes + recipient * settings_.max_recipients + kOther;
    if (value >= largest) return;
    Fail(sources_[name],
         "must be at least " + std::to_string(largest) +
             ": a call of max-recipients with max-payload-bytes would always be refused");
  }

  void CheckBrokerAccess() {
    Check("mqtt-username", settings_.mqtt_username, mqtt::CheckUsername);
    Check("mqtt-password-file", settings_.mqtt_password_file,
          [](const std::string& path) { return mqtt::ReadPasswordFile(path).status(); });
    CheckNeeds("mqtt-password-file", settings_.mqtt_password_file, "mqtt-username",
               settings_.mqtt_username);
    Check("mqtt-tls-ca-file", settings_.mqtt_tls_ca_file, tls::CheckCaFile);
    CheckNeeds("mqtt-tls-cert-file", settings_.mqtt_tls_cert_file, "mqtt-tls-ca-file",
               settings_.mqtt_tls_ca_file);
    CheckPair("mqtt-tls-cert-file", settings_.mqtt_tls_cert_file, "mqtt-tls-key-file",
              settings_.mqtt_tls_key_file);
  }

  void CheckCallersTls() {
    const std::string& ca = settings_.tls_client_ca_file;
    const std::string& crl = settings_.tls_client_crl_file;
    CheckPair("tls-cert-file", settings_.tls_cert_file, "tls-key-file", settings_.tls_key_file);
    CheckNeeds("tls-client-ca-file", ca, "tls-cert-file", settings_.tls_cert_file);
    const bool has_ca = Check("tls-client-ca-file", ca, tls::CheckCaFile);
    CheckNeeds("tls-client-crl-file", crl, "tls-client-ca-file", ca);
    if (!has_ca) return;
    Check("tls-client-crl-file", crl,
          [&ca](const std::string& path) { return tls::CheckCrlFile(path, ca); });
  }

  // Checks a certificate and its key, which need each other.
  void CheckPair(const std::string& certificate_name, const std::string& certificate,
                 const std::string& key_name, const std::string& key) {
    CheckNeeds(certificate_name, certificate, key_name, key);
    CheckNeeds(key_name, key, certificate_name, certificate);
    // The key can only be checked against a valid certificate.
    if (!Check(certificate_name, certificate, tls::CheckCertificateFile)) return;
    Check(key_name, key,
          [&certificate](const std::string& path) { return tls::CheckKeyFile(path, certificate); });
  }

  // Checks the value of a setting if it is set. False if it is unset or invalid.
  template <typename Function>
  bool Check(std::string_view name, const std::string& value, const Function& check) {
    if (value.empty()) return false;
    const absl::Status status = check(value);
    if (!status.ok()) Fail(sources_[name], std::string(status.message()));
    return status.ok();
  }

  void CheckNeeds(std::string_view name, const std::string& value, const std::string& other_name,
                  const std::string& other_value) {
    if (!value.empty() && other_value.empty()) Fail(sources_[name], "needs " + other_name);
  }

  void CheckProxies() {
    if (!Good({"trusted-proxies", "caller-from-header"})) return;
    if (settings_.caller_from_header.empty() || !settings_.trusted_proxies.empty()) return;
    Fail(sources_["caller-from-header"], "needs trusted-proxies");
  }

  void CheckCallers() {
    Check("auth-keys-file", settings_.auth_keys_file, auth::CheckKeyFile);
    if (!Good({"grpc-address", "allow-anonymous", "auth-keys-file", "tls-client-ca-file",
               "caller-from-header"})) {
      return;
    }
    if (settings_.allow_anonymous || !settings_.auth_keys_file.empty() ||
        !settings_.tls_client_ca_file.empty() || !settings_.caller_from_header.empty()) {
      return;
    }
    if (settings_.grpc_address.IsLoopback()) return;
    Fail(sources_["grpc-address"],
         "other machines can reach " + settings_.grpc_address.ToString() +
             ", but nothing authenticates callers: set auth-keys-file, tls-client-ca-file or "
             "caller-from-header, listen on 127.0.0.1, or set allow-anonymous=true if something "
             "else, such as a "
             "service mesh, does");
  }

  // Problems may repeat paths, which may be any bytes.
  void Fail(const std::string& source, const std::string& problem) {
    constexpr std::size_t kAll = std::string::npos;
    errors_.lines.push_back(source + ": " + PrintableText(problem, kAll));
  }

  CommandLine command_line_;
  const Environment& environment_;
  Settings settings_;
  // The source of each setting that is valid by itself.
  std::map<std::string_view, std::string> sources_;
  SettingErrors errors_;
};

}  // namespace

ParsedSettings ParseSettings(int argc, const char* const* argv, const Environment& environment) {
  CommandLine command_line = ReadCommandLine(argc, argv);
  if (command_line.help) return Information{SettingsHelp()};
  if (command_line.version) return Information{VersionText()};
  return SettingsReader(std::move(command_line), environment).Read();
}

std::string_view Version() { return DINO_VERSION; }

}  // namespace dino::app
