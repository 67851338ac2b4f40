#ifndef DINO_SERVER_HEALTH_BROKER_PROBLEMS_H_
#define DINO_SERVER_HEALTH_BROKER_PROBLEMS_H_

#include <vector>

#include "server/health/health.h"
#include "server/health/judge.h"

namespace dino::health {

// In what state a broker is.
Broker DescribeBroker(const mqtt::BrokerInfo& info);

// What is wrong with the brokers, in the order of their places. Pure.
std::vector<Problem> FindBrokerProblems(const Facts& facts);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_BROKER_PROBLEMS_H_
