#ifndef DINO_SERVER_APP_SERVER_INFO_H_
#define DINO_SERVER_APP_SERVER_INFO_H_

#include <string>
#include <vector>

#include "dino/events/v1/server_info.pb.h"
#include "server/app/settings.h"
#include "server/health/health_watch.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::app {

// The name of this machine or pod; empty if it has none.
std::string HostName();

// The response to GetServerInfo.
events::v1::GetServerInfoResponse DescribeServer(const Settings& settings,
                                                 const std::vector<mqtt::SessionInfo>& sessions,
                                                 const health::HealthWatch::Reading& health);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SERVER_INFO_H_
