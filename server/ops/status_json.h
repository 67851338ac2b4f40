#ifndef DINO_SERVER_OPS_STATUS_JSON_H_
#define DINO_SERVER_OPS_STATUS_JSON_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/auth/quota.h"
#include "server/fanout/direct_publisher.h"
#include "server/grpc/call_meters.h"
#include "server/health/health_watch.h"
#include "server/mqtt/session/session_pool.h"
#include "server/ops/history.h"

namespace dino::ops {

// The name and text in force of a setting, and its default; no secrets.
struct ShownSetting {
  std::string_view name;
  std::string text;
  std::string_view default_text;
};

// Where the status comes from. All of it must be thread-safe.
struct StatusSources {
  std::string version;
  // The host's name; on Kubernetes that is the pod's.
  std::string replica;
  std::chrono::system_clock::time_point started_at;
  std::vector<ShownSetting> settings;
  const health::HealthWatch& health;
  const transport::CallMeters& calls;
  const fanout::DirectPublisher& publisher;
  const mqtt::SessionPool& pool;
  const History& history;
  // What the callers in the key file have published.
  std::function<std::vector<std::pair<std::string, auth::Quota::Usage>>()> callers;
};

// The server's status, as JSON; times are seconds since the epoch.
std::string StatusJson(const StatusSources& sources);

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_STATUS_JSON_H_
