#include "bench/base/process_usage.h"

#include <ctime>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace dino::bench {

std::uint64_t AnonymousMemory(pid_t process) {
  constexpr std::uint64_t kKibibyte = 1024;
  std::ifstream status(absl::StrCat("/proc/", process, "/status"));
  std::string name;
  while (status >> name) {
    std::uint64_t kibibytes = 0;
    if (name == "RssAnon:" && status >> kibibytes) return kibibytes * kKibibyte;
  }
  return 0;
}

std::chrono::nanoseconds ProcessorTime(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace dino::bench
