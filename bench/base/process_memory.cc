#include "bench/base/process_memory.h"

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

}  // namespace dino::bench
