#include "server/app/operations.h"

#include <chrono>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/base/text_file.h"
#include "server/grpc/library.h"
#include "server/memory/memory_limit.h"
#include "server/metrics/process_series.h"
#include "server/tls/certificate.h"

namespace dino::app {
namespace {

using Certificates = std::vector<metrics::Sources::Certificate>;

std::chrono::system_clock::time_point StartTime() {
  const std::chrono::duration<double> start(metrics::ProcessStart());
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(start));
}

// For callers, the certificate in use; for brokers, the one in the file, which is read for each
// connection.
Certificates CertificatesOf(const Settings& settings, const CallerAccess& access) {
  Certificates certificates;
  if (const auto not_after = access.certificate_end()) {
    certificates.push_back({settings.tls_cert_file, *not_after});
  }
  const std::string& file = settings.mqtt_tls_cert_file;
  if (file.empty() || file == settings.tls_cert_file) return certificates;
  const absl::StatusOr<std::string> pem = ReadTextFile(file);
  if (!pem.ok()) return certificates;
  const auto certificate = tls::Certificate::Parse(*pem);
  if (certificate.ok()) certificates.push_back({file, certificate->not_after()});
  return certificates;
}

metrics::Sources MetricsOf(const Settings& settings, const CallerAccess& access,
                           const fanout::DirectPublisher& publisher,
                           const fanout::KeyedPublisher& keyed, const mqtt::SessionPool& pool,
                           const api::Server& server) {
  return {std::string(Version()),
          server.meters(),
          server.event_meter(),
          publisher,
          keyed,
          pool,
          [&settings, &access] { return CertificatesOf(settings, access); },
          [&access] { return access.key_file_errors(); },
          &transport::LibraryErrors,
          [&server] { return server.RefusedConnections(); },
          [&access] { return access.revocation_lists_readable(); },
          [&access] { return access.key_file_current(); },
          [&access] { return access.tls_files_current(); },
          memory::MemoryLimit(),
          [&access] { return access.caller_usage(); }};
}

}  // namespace

std::size_t ReservedDescriptors(const Settings& settings) {
  // A session may have a socket, a second one on its way to another address of its broker, and what
  // a name look-up for that needs; a quarantine has two sockets.
  constexpr std::size_t kOfSession = 3;
  constexpr std::size_t kOfBroker = 2;
  return kOfSession * settings.mqtt_sessions + kOfBroker * settings.mqtt_brokers.size() + 16;
}

Operations::Operations(const Settings& settings, const CallerAccess& access,
                       const fanout::DirectPublisher& publisher,
                       const fanout::KeyedPublisher& keyed, const mqtt::SessionPool& pool,
                       const api::Server& server)
    : address_(settings.ops_address),
      history_(server.meters(), publisher.meter(), pool.meter()),
      status_{std::string(Version()),
              StartTime(),
              settings.texts,
              [&server] { return server.ready(); },
              server.meters(),
              publisher,
              pool,
              history_,
              [&access] { return access.caller_usage(); }},
      metrics_(MetricsOf(settings, access, publisher, keyed, pool, server)),
      pages_({[&server] { return server.ready(); }, [this] { return metrics_.Text(); },
              [this] { return ops::StatusJson(status_); }}),
      http_([this](std::string_view path) { return pages_.Respond(path); },
            ReservedDescriptors(settings)) {}

absl::StatusOr<std::string> Operations::Start() {
  if (!address_.has_value()) return std::string();
  historian_ = std::make_unique<Timer>("history", Clock::now(), [this] {
    history_.Look(Clock::now(), std::chrono::system_clock::now());
    return Clock::now() + ops::History::kInterval;
  });
  return http_.Start(*address_);
}

}  // namespace dino::app
