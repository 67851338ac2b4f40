#ifndef DINO_SERVER_METRICS_BRIDGE_METRICS_H_
#define DINO_SERVER_METRICS_BRIDGE_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/api/event_meter.h"
#include "server/auth/quota.h"
#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/grpc/call_meters.h"
#include "server/health/health.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::metrics {

// Where the metrics come from. All of it must be thread-safe.
struct Sources {
  struct Certificate {
    std::string file;
    std::chrono::system_clock::time_point not_after;
  };

  std::string version;
  const transport::CallMeters& calls;
  const api::EventMeter& events;
  const fanout::DirectPublisher& publisher;
  const fanout::KeyedPublisher& keyed;
  const mqtt::SessionPool& pool;
  // The certificates that this process presents, as far as they can be read.
  std::function<std::vector<Certificate>()> certificates = [] {
    return std::vector<Certificate>();
  };
  std::function<std::uint64_t()> key_file_errors = [] { return 0; };
  // How many errors gRPC has reported.
  std::function<std::uint64_t()> grpc_errors = [] { return 0; };
  // How many connections of callers were refused, by reason.
  using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
  std::function<Counts()> refused_connections = [] { return Counts(); };
  // Whether tls-client-crl-file can be read; true if it is not set.
  std::function<bool()> revocation_lists_readable = [] { return true; };
  // Whether the key file, and the server's TLS files, are those in force; true if they are not set.
  std::function<bool()> key_file_current = [] { return true; };
  std::function<bool()> tls_files_current = [] { return true; };
  // What the process's control group may use; none without a limit.
  std::optional<std::size_t> memory_limit = std::nullopt;
  // One series for each caller in the key file.
  using CallerUsage = std::vector<std::pair<std::string, auth::Quota::Usage>>;
  std::function<CallerUsage()> callers = [] { return CallerUsage(); };
  std::function<health::Health()> health = [] { return health::Health(); };
  // Spans of traced calls, by what became of them.
  std::function<Counts()> spans = [] { return Counts(); };
};

// All metrics of the process. The parts count in plain numbers, which become series on each scrape.
// Thread-safe; what the sources refer to must outlive it.
class BridgeMetrics : public prometheus::Collectable {
 public:
  explicit BridgeMetrics(Sources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

  // The same in Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  const Sources sources_;
};

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_BRIDGE_METRICS_H_
