#ifndef DINO_SERVER_METRICS_HEALTH_SERIES_H_
#define DINO_SERVER_METRICS_HEALTH_SERIES_H_

#include "server/health/health.h"
#include "server/metrics/family.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::metrics {

// The verdict and the problems behind it.
void CollectHealth(const health::Health& health, Families& families);

// Where the users of each broker are, and what it answers.
void CollectBrokerHealth(const mqtt::SessionPool& pool, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_HEALTH_SERIES_H_
