#include "tests/support/process/memory_cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <system_error>

namespace dino::testing {
namespace {

using std::filesystem::path;

const path& Root() {
  static const auto* const root = new path("/sys/fs/cgroup");
  return *root;
}

bool Write(const path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

// Whether groups below `parent` can limit memory by version 2.
bool HasVersion2(const path& parent) {
  std::ifstream file(parent / "cgroup.subtree_control");
  std::string controller;
  while (file >> controller) {
    if (controller == "memory") return true;
  }
  return false;
}

}  // namespace

MemoryCgroup::MemoryCgroup(std::size_t limit) : is_version_2_(HasVersion2(Root())) {
  group_ = Root() / (is_version_2_ ? "" : "memory") / ("dino-test-" + std::to_string(getpid()));
  std::error_code error;
  std::filesystem::create_directory(group_, error);
  EXPECT_FALSE(error) << group_ << ": " << error.message();
  const char* const file = is_version_2_ ? "memory.max" : "memory.limit_in_bytes";
  EXPECT_TRUE(Write(group_ / file, std::to_string(limit))) << group_ / file;
}

MemoryCgroup::~MemoryCgroup() {
  std::error_code error;
  std::filesystem::remove(group_, error);
  EXPECT_FALSE(error) << group_ << ": " << error.message();
}

void MemoryCgroup::Add(pid_t pid) const {
  EXPECT_TRUE(Write(group_ / "cgroup.procs", std::to_string(pid))) << group_;
}

std::size_t MemoryCgroup::peak() const {
  std::ifstream file(group_ / (is_version_2_ ? "memory.peak" : "memory.max_usage_in_bytes"));
  std::size_t bytes = 0;
  file >> bytes;
  return bytes;
}

}  // namespace dino::testing
