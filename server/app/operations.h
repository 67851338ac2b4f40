#ifndef DINO_SERVER_APP_OPERATIONS_H_
#define DINO_SERVER_APP_OPERATIONS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/api/server.h"
#include "server/app/broker_tls_files.h"
#include "server/app/caller_access.h"
#include "server/app/health_log.h"
#include "server/app/settings.h"
#include "server/base/host_port.h"
#include "server/base/timer.h"
#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/health/health_watch.h"
#include "server/metrics/bridge_metrics.h"
#include "server/mqtt/session/session_pool.h"
#include "server/ops/history.h"
#include "server/ops/http_server.h"
#include "server/ops/ops_pages.h"
#include "server/ops/status_json.h"
#include "server/trace/tracer.h"

namespace dino::app {

// How many file descriptors callers' connections must leave free: for the sessions, and some for
// files, name look-ups and the log.
std::size_t ReservedDescriptors(const Settings& settings);

// Watches health, and serves metrics, probes and the status page at `ops-address`. What it is
// constructed with must outlive it; `tracer` is null if no call is traced.
class Operations {
 public:
  Operations(const Settings& settings, const CallerAccess& access,
             const fanout::DirectPublisher& publisher, const fanout::KeyedPublisher& keyed,
             const mqtt::SessionPool& pool, const api::Server& server, const trace::Tracer* tracer);

  // Thread-safe.
  const health::HealthWatch& health() const { return health_; }

  // Starts to watch, and listens if enabled. Returns the address, empty if disabled.
  absl::StatusOr<std::string> Start();

 private:
  const std::optional<HostPort> address_;
  ops::History history_;
  BrokerTlsFiles broker_tls_;
  // The watcher's.
  HealthLog health_log_;
  health::HealthWatch health_;
  const ops::StatusSources status_;
  const metrics::BridgeMetrics metrics_;
  const ops::OpsPages pages_;
  // These use the others.
  ops::HttpServer http_;
  std::unique_ptr<Timer> historian_;
  std::unique_ptr<Timer> watcher_;
};

}  // namespace dino::app

#endif  // DINO_SERVER_APP_OPERATIONS_H_
