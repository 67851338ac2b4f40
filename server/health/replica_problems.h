#ifndef DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_
#define DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_

#include <vector>

#include "server/health/health.h"
#include "server/health/judge.h"

namespace dino::health {

// What is wrong with this replica itself and its callers: limits, refusals, files. Pure.
std::vector<Problem> FindReplicaProblems(const Facts& facts);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_
