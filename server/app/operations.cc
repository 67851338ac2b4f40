#include "server/app/operations.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dino/events/v1/delivery.pb.h"
#include "server/app/server_info.h"
#include "server/app/setting_table.h"
#include "server/base/clock.h"
#include "server/grpc/library.h"
#include "server/memory/memory_limit.h"
#include "server/metrics/process_series.h"

namespace dino::app {
namespace {

namespace v1 = ::dino::events::v1;
using Certificates = std::vector<metrics::Sources::Certificate>;

std::chrono::system_clock::time_point StartTime() {
  const std::chrono::duration<double> start(metrics::ProcessStart());
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(start));
}

// Those in use: a new file that is broken ends nothing.
Certificates CertificatesOf(const Settings& settings, const CallerAccess& access,
                            BrokerTlsFiles& broker_tls) {
  Certificates certificates;
  if (const auto not_after = access.certificate_end()) {
    certificates.push_back({settings.tls_cert_file, *not_after});
  }
  if (settings.mqtt_tls_cert_file == settings.tls_cert_file) return certificates;
  if (const auto not_after = broker_tls.certificate_end()) {
    certificates.push_back({settings.mqtt_tls_cert_file, *not_after});
  }
  return certificates;
}

std::vector<ops::ShownSetting> ShownSettings(const Settings& settings) {
  std::vector<ops::ShownSetting> shown;
  for (const auto& [name, text] : settings.texts) {
    shown.push_back({name, text, SettingOf(name).default_text});
  }
  return shown;
}

// How many calls were refused for that reason.
std::uint64_t RefusedAs(v1::ErrorReason reason, const transport::CallMeters& meters) {
  const std::vector<std::string>& reasons = meters.refusals();
  const auto found = std::find(reasons.begin(), reasons.end(), v1::ErrorReason_Name(reason));
  if (found == reasons.end()) return 0;
  return meters.refused(static_cast<std::size_t>(found - reasons.begin()));
}

health::Refusals RefusalsOf(const CallerAccess& access, const api::Server& server) {
  health::Refusals refusals;
  refusals.unknown_callers = RefusedAs(v1::UNKNOWN_CALLER, server.meters());
  refusals.overloaded = RefusedAs(v1::OVERLOADED, server.meters());
  for (const auto& [reason, count] : server.RefusedConnections()) {
    refusals.connections[reason] = count;
  }
  for (const auto& [caller, usage] : access.caller_usage()) {
    if (usage.refused_events > 0) refusals.over_quota[caller] = usage.refused_events;
  }
  return refusals;
}

// Nothing is used if there is no limit.
health::Room MemoryOf() {
  static const std::optional<std::size_t> limit = memory::MemoryLimit();
  return limit.has_value() ? health::Room{metrics::ResidentBytes(), *limit} : health::Room();
}

health::Facts FactsOf(const Settings& settings, const CallerAccess& access,
                      const fanout::DirectPublisher& publisher, const mqtt::SessionPool& pool,
                      const api::Server& server, const ops::History& history,
                      BrokerTlsFiles& broker_tls) {
  health::Facts facts;
  facts.now = std::chrono::system_clock::now();
  facts.measured_at = Clock::now();
  facts.ready = server.ready();
  facts.draining = server.draining();
  facts.brokers = pool.Brokers();
  facts.recent = history.LastMinute();
  facts.pending_publications = {publisher.admission().pending_publications(),
                                publisher.options().max_pending_publications};
  facts.pending_bytes = {publisher.admission().pending_bytes(),
                         publisher.options().max_pending_bytes};
  facts.memory = MemoryOf();
  facts.refusals = RefusalsOf(access, server);
  facts.key_file_valid = access.key_file_valid();
  facts.tls_files_valid = access.tls_files_current();
  facts.broker_tls_files_valid = broker_tls.valid();
  facts.revocation_lists_readable = access.revocation_lists_readable();
  for (const auto& [file, not_after] : CertificatesOf(settings, access, broker_tls)) {
    facts.certificates.push_back({file, not_after});
  }
  facts.mqtt_ack_timeout = settings.mqtt_ack_timeout;
  facts.mqtt_failover_after = settings.mqtt_failover_after;
  return facts;
}

metrics::Sources::Counts SpansOf(const trace::Tracer* tracer) {
  trace::Tracer::Figures figures;
  if (tracer != nullptr) figures = tracer->figures();
  return {{"exported", figures.exported}, {"failed", figures.failed}, {"dropped", figures.dropped}};
}

metrics::Sources MetricsOf(const Settings& settings, const CallerAccess& access,
                           const fanout::DirectPublisher& publisher,
                           const fanout::KeyedPublisher& keyed, const mqtt::SessionPool& pool,
                           const api::Server& server, const health::HealthWatch& health,
                           BrokerTlsFiles& broker_tls, const trace::Tracer* tracer) {
  return {
      std::string(Version()),
      server.meters(),
      server.event_meter(),
      publisher,
      keyed,
      pool,
      [&settings, &access, &broker_tls] { return CertificatesOf(settings, access, broker_tls); },
      [&access] { return access.key_file_errors(); },
      &transport::LibraryErrors,
      [&server] { return server.RefusedConnections(); },
      [&access] { return access.revocation_lists_readable(); },
      [&access] { return access.key_file_valid(); },
      [&access] { return access.tls_files_current(); },
      memory::MemoryLimit(),
      [&access] { return access.caller_usage(); },
      [&health] { return health.Read().health; },
      [tracer] { return SpansOf(tracer); }};
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
                       const api::Server& server, const trace::Tracer* tracer)
    : address_(settings.ops_address),
      history_(server.meters(), publisher.meter(), pool.meter()),
      broker_tls_(settings),
      health_(
          [&settings, &access, &publisher, &pool, &server, this] {
            return FactsOf(settings, access, publisher, pool, server, history_, broker_tls_);
          },
          [this](const health::Change& change) { health_log_.OnChange(change, Clock::now()); }),
      status_{std::string(Version()),
              HostName(),
              StartTime(),
              ShownSettings(settings),
              health_,
              server.meters(),
              publisher,
              pool,
              history_,
              [&access] { return access.caller_usage(); }},
      metrics_(MetricsOf(settings, access, publisher, keyed, pool, server, health_, broker_tls_,
                         tracer)),
      pages_({[this] { return health_.Read().health; }, [this] { return metrics_.Text(); },
              [this] { return ops::StatusJson(status_); }}),
      http_([this](std::string_view path) { return pages_.Respond(path); },
            ReservedDescriptors(settings)) {}

absl::StatusOr<std::string> Operations::Start() {
  historian_ = std::make_unique<Timer>("history", Clock::now(), [this] {
    history_.Look(Clock::now(), std::chrono::system_clock::now());
    return Clock::now() + ops::History::kInterval;
  });
  // Not at once: sessions need a moment to connect.
  watcher_ =
      std::make_unique<Timer>("health", Clock::now() + health::HealthWatch::kInterval, [this] {
        health_.Look();
        health_log_.Look(Clock::now());
        return Clock::now() + health::HealthWatch::kInterval;
      });
  return address_.has_value() ? http_.Start(*address_) : std::string();
}

}  // namespace dino::app
