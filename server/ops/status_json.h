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
#include "server/mqtt/session/session_pool.h"
#include "server/ops/history.h"

namespace dino::ops {

// Where the status comes from. All of it must be thread-safe.
struct StatusSources {
  std::string version;
  std::chrono::system_clock::time_point started_at;
  // The settings' names and texts in force; no secrets.
  std::vector<std::pair<std::string_view, std::string>> settings;
  std::function<bool()> ready;
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
