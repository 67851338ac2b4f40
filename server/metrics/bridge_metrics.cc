#include "server/metrics/bridge_metrics.h"

#include <prometheus/text_serializer.h>

#include "server/metrics/call_series.h"
#include "server/metrics/family.h"
#include "server/metrics/process_series.h"
#include "server/metrics/publication_series.h"

namespace dino::metrics {

std::vector<prometheus::MetricFamily> BridgeMetrics::Collect() const {
  Families families;
  Family::OfGauge("dino_bridge_build_info", "1; the label says which version this is.")
      .Add(1, {{"version", sources_.version}})
      .Into(families);
  CollectCalls(sources_.calls, families);
  CollectPublications(sources_.fanout, families);
  CollectSessions(sources_.pool, families);
  Family::OfCounter("dino_bridge_key_file_errors_total",
                    "How often auth-keys-file had changed and could not be used.")
      .Add(static_cast<double>(sources_.key_file_errors()))
      .Into(families);
  Family certificates =
      Family::OfGauge("dino_bridge_certificate_expiry_timestamp_seconds",
                      "When the certificate ends that this server shows callers or brokers.");
  for (const Sources::Certificate& certificate : sources_.certificates()) {
    const std::chrono::duration<double> end = certificate.not_after.time_since_epoch();
    certificates.Add(end.count(), {{"file", certificate.file}});
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
