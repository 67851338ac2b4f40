#ifndef DINO_SERVER_OPS_HEALTH_JSON_H_
#define DINO_SERVER_OPS_HEALTH_JSON_H_

#include <vector>

#include "server/health/changes.h"
#include "server/health/health_watch.h"
#include "server/ops/json_fields.h"

namespace dino::ops {

// Writes the members `ready`, `health`, `brokers` and `changes` of an object.
void WriteHealth(const health::HealthWatch::Reading& reading,
                 const std::vector<health::Change>& changes, JsonWriter& json);

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_HEALTH_JSON_H_
