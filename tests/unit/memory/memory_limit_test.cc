#include "server/memory/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process/temporary_directory.h"

namespace dino::memory {
namespace {

struct Case {
  const char* name;
  std::string membership;
  // The content of memory.max, by group; of memory.limit_in_bytes in the tree `memory`.
  std::map<std::string, std::string> limits;
  std::optional<std::size_t> limit;
};

class MemoryLimitTest : public ::testing::TestWithParam<Case> {};

TEST_P(MemoryLimitTest, IsTheSmallestOfAllGroups) {
  const testing::TemporaryDirectory directory;
  const CgroupFiles files{directory.path() / "membership", directory.path() / "cgroup"};
  std::ofstream(files.membership) << GetParam().membership;
  for (const auto& [group, limit] : GetParam().limits) {
    std::filesystem::create_directories(files.root / group);
    const bool is_old = group.rfind("memory", 0) == 0;
    std::ofstream(files.root / group / (is_old ? "memory.limit_in_bytes" : "memory.max"))
        << limit << "\n";
  }
  EXPECT_EQ(MemoryLimit(files), GetParam().limit);
}

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"OfAContainer", "0::/\n", {{"", "268435456"}}, 268435456},
      {"OfAService", "0::/a/b.service\n", {{"a/b.service", "1000"}}, 1000},
      {"OfTheOneAbove", "0::/a/b\n", {{"a", "500"}, {"a/b", "1000"}}, 500},
      {"OfTheOneBelow", "0::/a/b\n", {{"a", "2000"}, {"a/b", "1000"}}, 1000},
      {"NoneIfNobodyLimits", "0::/a\n", {{"a", "max"}}, std::nullopt},
      {"NoneWithoutSuchGroups", "4:memory:/a\n", {}, std::nullopt},
      {"NoneWithoutAnyGroups", "", {}, std::nullopt},
      {"AmongOldGroups", "4:memory:/b\n0::/a\n", {{"a", "1000"}}, 1000},
      {"OfTheRootIfThePathIsNotVisible", "0::/../b\n", {{"", "1000"}, {"b", "1"}}, 1000},
      {"OfVersion1", "4:memory:/a/b\n", {{"memory/a", "500"}, {"memory/a/b", "1000"}}, 500},
      {"OfVersion1InAContainer", "4:memory:/docker/x\n0::/\n", {{"memory", "1000"}}, 1000},
      {"NoneIfVersion1HasNone",
       "4:memory:/a\n",
       {{"memory/a", "9223372036854771712"}},
       std::nullopt},
      {"OfEitherVersion", "4:memory:/a\n0::/a\n", {{"memory/a", "2000"}, {"a", "1000"}}, 1000},
      {"NotOfAnotherGroup", "0::/a\n", {{"a", "max"}, {"b", "1000"}}, std::nullopt},
  };
  return *cases;
}

INSTANTIATE_TEST_SUITE_P(Cgroups, MemoryLimitTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dino::memory
