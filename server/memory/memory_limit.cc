#include "server/memory/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace dino::memory {
namespace {

using std::filesystem::path;

// The process's group, as a path below the root.
path GroupOf(const path& membership) {
  constexpr std::size_t kPrefixLength = 3;
  std::ifstream file(membership);
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("0::", 0) == 0) return path(line.substr(kPrefixLength)).relative_path();
  }
  return {};
}

std::optional<std::size_t> LimitIn(const path& group) {
  std::ifstream file(group / "memory.max");
  std::size_t limit = 0;
  // Otherwise it says "max", or there is no such file.
  if (file >> limit) return limit;
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> MemoryLimit(const CgroupFiles& files) {
  std::optional<std::size_t> least = LimitIn(files.root);
  path group = files.root;
  for (const path& name : GroupOf(files.membership)) {
    // The group lies outside the visible tree.
    if (name == "..") break;
    group /= name;
    const std::optional<std::size_t> limit = LimitIn(group);
    if (limit.has_value()) least = std::min(*limit, least.value_or(*limit));
  }
  return least;
}

}  // namespace dino::memory
