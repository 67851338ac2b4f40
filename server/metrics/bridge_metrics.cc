#include "server/metrics/bridge_metrics.h"

#include <prometheus/text_serializer.h>

#include <limits>

#include "server/base/printable_text.h"
#include "server/metrics/call_series.h"
#include "server/metrics/family.h"
#include "server/metrics/health_series.h"
#include "server/metrics/process_series.h"
#include "server/metrics/publication_series.h"

namespace dino::metrics {

namespace {

// Of a file's path, which may be any bytes.
constexpr std::size_t kMaxPathBytes = 4096;

void CollectCallers(const Sources::CallerUsage& callers, Families& families) {
  Family events = Family::OfCounter(
      "dino_bridge_caller_events_total",
      "Events that were published, as far as that went, by the caller's name in the key file.");
  Family recipients =
      Family::OfCounter("dino_bridge_caller_recipients_total", "The recipients of these events.");
  Family refused = Family::OfCounter("dino_bridge_caller_quota_refusals_total",
                                     "Events that the caller's quota refused.");
  for (const auto& [name, usage] : callers) {
    events.Add(static_cast<double>(usage.events), {{"caller", name}});
    recipients.Add(static_cast<double>(usage.recipients), {{"caller", name}});
    refused.Add(static_cast<double>(usage.refused_events), {{"caller", name}});
  }
  for (Family* family : {&events, &recipients, &refused}) family->Into(families);
}

void CollectSpans(const Sources& sources, Families& families) {
  Family spans = Family::OfCounter(
      "dino_bridge_spans_total",
      "Spans of traced calls: exported, failed (the collector did not take them), or dropped (too "
      "many waited for it).");
  for (const auto& [result, count] : sources.spans()) {
    spans.Add(static_cast<double>(count), {{"result", result}});
  }
  spans.Into(families);
}

void CollectFiles(const Sources& sources, Families& families) {
  const auto gauge = [&families](const char* name, const char* help, bool value) {
    Family::OfGauge(name, help).Add(value ? 1 : 0).Into(families);
  };
  gauge("dino_bridge_key_file_invalid",
        "1 while auth-keys-file is invalid: an earlier one stays in force.",
        !sources.key_file_current());
  gauge("dino_bridge_tls_files_invalid",
        "1 while the server's TLS files are invalid: earlier ones stay in force.",
        !sources.tls_files_current());
  gauge("dino_bridge_revocation_lists_unreadable",
        "1 while tls-client-crl-file cannot be read: no client certificate is accepted.",
        !sources.revocation_lists_readable());
}

void CollectLimits(const Sources& sources, Families& families) {
  Family refused = Family::OfCounter("dino_bridge_connections_refused_total",
                                     "Connections of callers that were refused, or could not be "
                                     "accepted yet, by what is lacking.");
  for (const auto& [reason, count] : sources.refused_connections()) {
    refused.Add(static_cast<double>(count), {{"reason", reason}});
  }
  refused.Into(families);
  Family::OfGauge("dino_bridge_memory_limit_bytes",
                  "What the process's control group may use; +Inf without a limit.")
      .Add(sources.memory_limit.has_value() ? static_cast<double>(*sources.memory_limit)
                                            : std::numeric_limits<double>::infinity())
      .Into(families);
}

}  // namespace

std::vector<prometheus::MetricFamily> BridgeMetrics::Collect() const {
  Families families;
  Family::OfGauge("dino_bridge_build_info", "Always 1; the label is the version.")
      .Add(1, {{"version", sources_.version}})
      .Into(families);
  CollectHealth(sources_.health(), families);
  CollectCalls(sources_.calls, families);
  CollectEvents(sources_.events, families);
  CollectPublications(sources_.publisher, families);
  CollectKeys(sources_.keyed, sources_.publisher.meter(), families);
  CollectSessions(sources_.pool, families);
  CollectBrokerHealth(sources_.pool, families);
  Family::OfCounter("dino_bridge_key_file_errors_total",
                    "Changes of auth-keys-file that were rejected as invalid.")
      .Add(static_cast<double>(sources_.key_file_errors()))
      .Into(families);
  Family::OfCounter(
      "dino_bridge_grpc_errors_total",
      "Errors that gRPC reports, such as TLS handshakes that fail; the log has at most "
      "one a minute.")
      .Add(static_cast<double>(sources_.grpc_errors()))
      .Into(families);
  CollectSpans(sources_, families);
  CollectFiles(sources_, families);
  CollectLimits(sources_, families);
  CollectCallers(sources_.callers(), families);
  Family certificates = Family::OfGauge(
      "dino_bridge_certificate_expiry_timestamp_seconds",
      "When a certificate that this server presents to callers or brokers expires.");
  for (const Sources::Certificate& certificate : sources_.certificates()) {
    const std::chrono::duration<double> end = certificate.not_after.time_since_epoch();
    certificates.Add(end.count(), {{"file", PrintableText(certificate.file, kMaxPathBytes)}});
  }
  certificates.Into(families);
  CollectProcess(families);
  return families;
}

std::string BridgeMetrics::Text() const {
  const prometheus::TextSerializer serializer;
  return serializer.prometheus::Serializer::Serialize(Collect());
}

}  // namespace dino::metrics
