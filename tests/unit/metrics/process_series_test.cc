#include "server/metrics/process_series.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>

namespace dino::metrics {
namespace {

std::map<std::string, double> Values() {
  Families families;
  CollectProcess(families);
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : families) {
    const prometheus::ClientMetric& metric = family.metric.at(0);
    values[family.name] =
        family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
  }
  return values;
}

TEST(ProcessSeriesTest, HasTheStandardNames) {
  const auto values = Values();
  for (const char* name : {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                           "process_virtual_memory_bytes", "process_virtual_memory_max_bytes",
                           "process_resident_memory_bytes", "process_start_time_seconds"}) {
    EXPECT_EQ(values.count(name), 1U) << name;
  }
  EXPECT_GT(values.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(ResidentBytes(), 1000000U);
  EXPECT_GT(values.at("process_virtual_memory_bytes"), values.at("process_resident_memory_bytes"));
}

TEST(ProcessSeriesTest, CountsOpenFiles) {
  const double before = Values().at("process_open_fds");
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(Values().at("process_open_fds"), before + 1);
  close(fd);
  EXPECT_EQ(Values().at("process_open_fds"), before);
}

TEST(ProcessSeriesTest, TheStartTimeIsRecentAndConstant) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  const double start = ProcessStart();
  EXPECT_LE(start, now.count() + 1);
  EXPECT_GT(start, now.count() - 600);
  EXPECT_EQ(ProcessStart(), start);
}

}  // namespace
}  // namespace dino::metrics
