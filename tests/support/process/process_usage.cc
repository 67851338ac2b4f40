#include "tests/support/process/process_usage.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace dino::testing {
namespace {

bool AtMostATenthAbove(std::size_t before, std::size_t after) { return after * 10 <= before * 11; }

}  // namespace

ProcessUsage UsageOf(pid_t pid) {
  ProcessUsage usage;
  const std::filesystem::path directory = "/proc/" + std::to_string(pid);
  std::ifstream status(directory / "status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") status >> usage.resident_kib;
    if (word == "Threads:") status >> usage.threads;
  }
  std::error_code error;
  const std::filesystem::directory_iterator files(directory / "fd", error);
  if (error) return usage;
  usage.file_descriptors = static_cast<std::size_t>(std::distance(begin(files), end(files)));
  return usage;
}

bool IsBack(const ProcessUsage& before, const ProcessUsage& after) {
  return AtMostATenthAbove(before.resident_kib, after.resident_kib) &&
         AtMostATenthAbove(before.file_descriptors, after.file_descriptors) &&
         AtMostATenthAbove(before.threads, after.threads);
}

}  // namespace dino::testing
