#include "server/tls/server_tls.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/log/log.h"
#include "server/tls/certificate.h"
#include "server/tls/pem_files.h"

namespace dino::tls {
namespace {

absl::StatusOr<RevocationList> ReadCrl(const std::string& path, const std::string& client_ca) {
  const absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content.status();
  auto list = RevocationList::Parse(*content, client_ca);
  if (list.ok()) return list;
  return absl::FailedPreconditionError(absl::StrCat(path, " ", list.status().message()));
}

absl::Status CheckFiles(const ServerTlsFiles& files) {
  absl::Status status = CheckCertificateFile(files.certificate);
  if (status.ok()) status = CheckKeyFile(files.key, files.certificate);
  if (status.ok() && !files.client_ca.empty()) status = CheckCaFile(files.client_ca);
  return status;
}

void LogConfig(const ServerTlsConfig& config) {
  const std::string end = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromChrono(config.not_after),
                                           absl::UTCTimeZone());
  if (config.not_after < std::chrono::system_clock::now()) {
    log::Warning("the certificate for callers has ended", {{"not_after", end}});
  } else {
    log::Info("TLS files read", {{"not_after", end}});
  }
}

}  // namespace

absl::Status CheckCrlFile(const std::string& path, const std::string& client_ca_path) {
  const absl::StatusOr<std::string> client_ca = ReadTextFile(client_ca_path);
  if (!client_ca.ok()) return client_ca.status();
  return ReadCrl(path, *client_ca).status();
}

absl::Status ServerTls::Start() {
  absl::Status started = Refresh();
  if (!started.ok()) return started;
  watch_.emplace("tls-files", [this] {
    const absl::Status status = Refresh();
    if (!status.ok()) {
      log::Error("the TLS files are not right; what they held before stays in force",
                 {{"reason", std::string(status.message())}});
    }
    return kInterval;
  });
  return absl::OkStatus();
}

absl::Status ServerTls::Refresh() {
  const MutexLock files_lock(files_mutex_);
  const Stamps stamps = StampFiles();
  if (stamps == stamps_) return absl::OkStatus();
  stamps_ = stamps;
  absl::StatusOr<ServerTlsConfig> read = Read();
  // What changed meanwhile may be half of the old and half of the new: next time.
  if (StampFiles() != stamps) stamps_.reset();
  if (!read.ok()) return read.status();
  if (!stamps_.has_value()) return absl::OkStatus();
  auto config = std::make_shared<const ServerTlsConfig>(*std::move(read));
  LogConfig(*config);
  {
    const MutexLock lock(mutex_);
    config_ = std::move(config);
  }
  generation_.fetch_add(1, std::memory_order_release);
  return absl::OkStatus();
}

ServerTls::Stamps ServerTls::StampFiles() const {
  return {StampOf(files_.certificate), StampOf(files_.key), StampOf(files_.client_ca),
          StampOf(files_.client_crl)};
}

absl::StatusOr<ServerTlsConfig> ServerTls::Read() const {
  const absl::Status good = CheckFiles(files_);
  if (!good.ok()) return good;
  ServerTlsConfig config;
  for (const auto& [path, content] :
       {std::pair(&files_.certificate, &config.certificate), std::pair(&files_.key, &config.key),
        std::pair(&files_.client_ca, &config.client_ca)}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> text = ReadTextFile(*path);
    if (!text.ok()) return text.status();
    *content = *std::move(text);
  }
  const absl::StatusOr<Certificate> certificate = Certificate::Parse(config.certificate);
  if (!certificate.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(files_.certificate, ": ", certificate.status().message()));
  }
  config.not_after = certificate->not_after();
  if (files_.client_crl.empty()) return config;
  auto revoked = ReadCrl(files_.client_crl, config.client_ca);
  if (!revoked.ok()) return revoked.status();
  config.revoked = *std::move(revoked);
  return config;
}

std::shared_ptr<const ServerTlsConfig> ServerTls::config() const {
  const MutexLock lock(mutex_);
  return config_;
}

}  // namespace dino::tls
