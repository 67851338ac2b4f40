#include "server/tls/server_tls.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/base/text_file.h"
#include "server/log/log.h"
#include "server/tls/certificate.h"
#include "server/tls/pem_files.h"

namespace dino::tls {
namespace {

absl::Status CheckFiles(const ServerTlsFiles& files) {
  absl::Status status = CheckKeyFile(files.key, files.certificate);
  if (status.ok() && !files.client_ca.empty()) status = CheckCaFile(files.client_ca);
  return status;
}

std::string TextOf(std::chrono::system_clock::time_point time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

absl::StatusOr<std::shared_ptr<const ServerTlsConfig>> Read(const ServerTlsFiles& files) {
  absl::Status good = CheckFiles(files);
  if (!good.ok()) return good;
  auto config = std::make_shared<ServerTlsConfig>();
  for (const auto& [path, content] :
       {std::pair(&files.certificate, &config->certificate), std::pair(&files.key, &config->key),
        std::pair(&files.client_ca, &config->client_ca)}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> text = ReadTextFile(*path);
    if (!text.ok()) return text.status();
    *content = *std::move(text);
  }
  const absl::StatusOr<Certificate> certificate = Certificate::Parse(config->certificate);
  if (!certificate.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(files.certificate, ": ", certificate.status().message()));
  }
  config->not_after = certificate->not_after();
  config->authorities = Certificate::ParseAll(config->client_ca);
  log::Info("TLS files read", {{"not_after", TextOf(config->not_after)}});
  return config;
}

}  // namespace

ServerTls::ServerTls(const ServerTlsFiles& files)
    : wants_client_certificates_(!files.client_ca.empty()),
      files_({files.certificate, files.key, files.client_ca}, [files] { return Read(files); }),
      revocations_(files.client_crl, files.client_ca) {}

absl::Status ServerTls::Start() {
  absl::Status started = files_.Start("tls-files", [this](const absl::Status& state) {
    invalid_log_.Look(std::string(state.message()));
    const auto not_after = config()->not_after;
    const bool expired = not_after < std::chrono::system_clock::now();
    expiry_log_.Look(expired ? "not valid after " + TextOf(not_after) : "");
  });
  return started.ok() ? revocations_.Start() : started;
}

absl::Status ServerTls::Refresh() {
  absl::Status refreshed = files_.Refresh();
  refreshed.Update(revocations_.Refresh());
  return refreshed;
}

}  // namespace dino::tls
