#ifndef DINO_SERVER_METRICS_FAMILY_H_
#define DINO_SERVER_METRICS_FAMILY_H_

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "server/base/histogram.h"

namespace dino::metrics {

using Families = std::vector<prometheus::MetricFamily>;
// The unit of a histogram that counts nanoseconds, where the metric is in seconds.
inline constexpr double kNanosecond = 1e-9;
using Labels = std::vector<prometheus::ClientMetric::Label>;

// The series of one name, collected for one scrape.
class Family {
 public:
  static Family OfCounter(std::string name, std::string help) {
    return {std::move(name), std::move(help), prometheus::MetricType::Counter};
  }
  static Family OfGauge(std::string name, std::string help) {
    return {std::move(name), std::move(help), prometheus::MetricType::Gauge};
  }
  static Family OfHistogram(std::string name, std::string help) {
    return {std::move(name), std::move(help), prometheus::MetricType::Histogram};
  }

  Family& Add(double value, Labels labels = {});
  // `unit` converts the histogram's values to the metric's unit.
  Family& Add(const Histogram& histogram, double unit, Labels labels = {});

  // Appends it to `families`.
  void Into(Families& families) { families.push_back(std::move(family_)); }

 private:
  Family(std::string name, std::string help, prometheus::MetricType type);

  prometheus::MetricFamily family_;
};

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_FAMILY_H_
