#include "server/metrics/health_series.h"

#include <cstddef>
#include <string>
#include <vector>

namespace dino::metrics {

void CollectHealth(const health::Health& health, Families& families) {
  Family verdict =
      Family::OfGauge("dino_bridge_health",
                      "1 for what the status page says on top: good, degraded or down; else 0.");
  for (std::size_t i = 0; i < health::kVerdictNames.size(); ++i) {
    verdict.Add(static_cast<std::size_t>(health.verdict) == i ? 1 : 0,
                {{"verdict", std::string(health::kVerdictNames[i])}});
  }
  verdict.Into(families);
  std::vector<int> counts(health::kProblemNames.size());
  for (const health::Problem& problem : health.problems) {
    ++counts[static_cast<std::size_t>(problem.kind)];
  }
  Family problems =
      Family::OfGauge("dino_bridge_problems", "What is wrong now, as on the status page, by kind.");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    problems.Add(counts[i], {{"kind", std::string(health::kProblemNames[i])}});
  }
  problems.Into(families);
}

void CollectBrokerHealth(const mqtt::SessionPool& pool, Families& families) {
  Family users = Family::OfGauge(
      "dino_bridge_broker_users_ratio",
      "Parts of all users: whose home the broker is (all); of these, who is served by another "
      "broker now (moved), and who waits for one (waiting).");
  Family answers = Family::OfCounter("dino_bridge_broker_answers_total",
                                     "PUBACKs of each broker: acknowledged, with a code below "
                                     "0x80, or refused. A publication that "
                                     "was refused for now and sent again has several.");
  for (const mqtt::BrokerInfo& broker : pool.Brokers()) {
    answers.Add(static_cast<double>(broker.acknowledged),
                {{"broker", broker.name}, {"answer", "acknowledged"}});
    answers.Add(static_cast<double>(broker.refused),
                {{"broker", broker.name}, {"answer", "refused"}});
    users.Add(broker.home_share, {{"broker", broker.name}, {"users", "all"}});
    users.Add(broker.moved_share, {{"broker", broker.name}, {"users", "moved"}});
    users.Add(broker.waiting_share, {{"broker", broker.name}, {"users", "waiting"}});
  }
  for (Family* family : {&users, &answers}) family->Into(families);
}

}  // namespace dino::metrics
