#include "server/metrics/process_series.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace dino::metrics {
namespace {

// Fields of /proc/self/stat, counted from the one after the program's name.
constexpr std::size_t kUserTime = 11;
constexpr std::size_t kSystemTime = 12;
constexpr std::size_t kStartTime = 19;
constexpr std::size_t kVirtualBytes = 20;
constexpr std::size_t kResidentPages = 21;

std::optional<std::vector<double>> ReadStat() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name is in parentheses and may hold any characters.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > text.size()) return std::nullopt;
  // After it comes the state, a letter.
  std::istringstream rest(text.substr(name_end + 4));
  std::vector<double> fields{0};
  for (double field = 0; rest >> field;) fields.push_back(field);
  if (fields.size() <= kResidentPages) return std::nullopt;
  return fields;
}

double TicksPerSecond() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double ResidentBytesOf(const std::vector<double>& stat) {
  return stat[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double FindProcessStart() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  const auto stat = ReadStat();
  double uptime = 0;
  std::ifstream file("/proc/uptime");
  if (!stat.has_value() || !(file >> uptime)) return now.count();
  return now.count() - (uptime - (*stat)[kStartTime] / TicksPerSecond());
}

std::optional<std::size_t> CountDescriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), &closedir);
  if (directory == nullptr) return std::nullopt;
  std::size_t count = 0;
  while (readdir(directory.get()) != nullptr) ++count;  // NOLINT(concurrency-mt-unsafe): our own
  // ".", ".." and the directory's own.
  return count - 3;
}

double LimitOf(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<double>::infinity();
  }
  return static_cast<double>(limit.rlim_cur);
}

void AddGauge(const char* name, const char* help, double value, Families& families) {
  Family::OfGauge(name, help).Add(value).Into(families);
}

}  // namespace

double ProcessStart() {
  static const double start = FindProcessStart();
  return start;
}

std::size_t ResidentBytes() {
  const auto stat = ReadStat();
  return stat.has_value() ? static_cast<std::size_t>(ResidentBytesOf(*stat)) : 0;
}

void CollectProcess(Families& families) {
  AddGauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
           ProcessStart(), families);
  AddGauge("process_max_fds", "Maximum number of open file descriptors.", LimitOf(RLIMIT_NOFILE),
           families);
  AddGauge("process_virtual_memory_max_bytes",
           "Maximum amount of virtual memory available in bytes.", LimitOf(RLIMIT_AS), families);
  if (const auto descriptors = CountDescriptors()) {
    AddGauge("process_open_fds", "Number of open file descriptors.",
             static_cast<double>(*descriptors), families);
  }
  const auto stat = ReadStat();
  if (!stat.has_value()) return;
  Family::OfCounter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
      .Add(((*stat)[kUserTime] + (*stat)[kSystemTime]) / TicksPerSecond())
      .Into(families);
  AddGauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", (*stat)[kVirtualBytes],
           families);
  AddGauge("process_resident_memory_bytes", "Resident memory size in bytes.",
           ResidentBytesOf(*stat), families);
}

}  // namespace dino::metrics
