#include "server/app/broker_tls_files.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/text_file.h"
#include "server/tls/certificate.h"
#include "server/tls/pem_files.h"

namespace dino::app {

absl::StatusOr<std::shared_ptr<const BrokerTlsFiles::Content>> BrokerTlsFiles::Read(
    const Settings& settings) {
  auto content = std::make_shared<Content>();
  if (settings.mqtt_tls_ca_file.empty()) return content;
  absl::Status status = tls::CheckCaFile(settings.mqtt_tls_ca_file);
  if (!status.ok()) return status;
  const std::string& file = settings.mqtt_tls_cert_file;
  if (file.empty()) return content;
  status = tls::CheckKeyFile(settings.mqtt_tls_key_file, file);
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> pem = ReadTextFile(file);
  if (!pem.ok()) return pem.status();
  const absl::StatusOr<tls::Certificate> certificate = tls::Certificate::Parse(*pem);
  if (!certificate.ok()) return certificate.status();
  content->certificate_end = certificate->not_after();
  return content;
}

BrokerTlsFiles::BrokerTlsFiles(const Settings& settings)
    : files_({settings.mqtt_tls_ca_file, settings.mqtt_tls_cert_file, settings.mqtt_tls_key_file},
             [&settings] { return Read(settings); }) {
  files_.Refresh().IgnoreError();
}

std::optional<std::chrono::system_clock::time_point> BrokerTlsFiles::certificate_end() {
  files_.Refresh().IgnoreError();
  const std::shared_ptr<const Content> content = files_.value();
  if (content == nullptr) return std::nullopt;
  return content->certificate_end;
}

bool BrokerTlsFiles::valid() {
  files_.Refresh().IgnoreError();
  return files_.current();
}

}  // namespace dino::app
