#ifndef DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_
#define DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_

#include <string>
#include <vector>

#include "server/health/health.h"
#include "server/health/judge.h"

namespace dino::health {

// What is wrong with this replica itself and its callers: limits, refusals, files. Pure.
std::vector<Problem> FindReplicaProblems(const Facts& facts);

// The names of those callers who have been beyond their quota for a while. Pure.
std::vector<std::string> CallersOverQuota(const Facts& facts);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_REPLICA_PROBLEMS_H_
