#include "server/metrics/family.h"

#include <cstddef>
#include <limits>
#include <utility>

namespace dino::metrics {

Family::Family(std::string name, std::string help, prometheus::MetricType type) {
  family_.name = std::move(name);
  family_.help = std::move(help);
  family_.type = type;
}

Family& Family::Add(double value, Labels labels) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  metric.gauge.value = value;
  family_.metric.push_back(std::move(metric));
  return *this;
}

Family& Family::Add(const Histogram& histogram, double unit, Labels labels) {
  const Histogram::Reading reading = histogram.Read();
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    below += reading.counts[i];
    const bool last = i == histogram.bounds().size();
    const double bound = last ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(histogram.bounds()[i]) * unit;
    metric.histogram.bucket.push_back({below, bound});
  }
  metric.histogram.sample_count = below;
  metric.histogram.sample_sum = static_cast<double>(reading.sum) * unit;
  family_.metric.push_back(std::move(metric));
  return *this;
}

}  // namespace dino::metrics
