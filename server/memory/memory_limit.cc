#include "server/memory/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace dino::memory {
namespace {

using std::filesystem::path;

// How a version of control groups limits memory.
struct Version {
  // What precedes the path of the group in a line of the membership.
  std::string_view line;
  // Below the root of all groups.
  std::string_view tree;
  std::string_view file;
};
constexpr Version kVersions[] = {
    {"0::", "", "memory.max"},
    {":memory:", "memory", "memory.limit_in_bytes"},
};
// What version 1 says if there is no limit: the most pages that it can count.
constexpr std::size_t kLeastUnlimited = std::size_t{1} << 60;

// The process's group, as a path below the root.
path GroupOf(const path& membership, const Version& version) {
  std::ifstream file(membership);
  std::string line;
  while (std::getline(file, line)) {
    const auto found = line.find(version.line);
    // A version 1 line begins with a number, and may name several controllers only if they share a
    // tree, which that of memory does not.
    const bool is_it = found == 0 || (found != std::string::npos && version.line[0] == ':');
    if (is_it) return path(line.substr(found + version.line.size())).relative_path();
  }
  return {};
}

std::optional<std::size_t> LimitIn(const path& file_path) {
  std::ifstream file(file_path);
  std::size_t limit = 0;
  // Otherwise it says "max", or there is no such file.
  if (file >> limit && limit < kLeastUnlimited) return limit;
  return std::nullopt;
}

std::optional<std::size_t> LimitOf(const CgroupFiles& files, const Version& version) {
  path group = files.root / version.tree;
  std::optional<std::size_t> least = LimitIn(group / version.file);
  for (const path& name : GroupOf(files.membership, version)) {
    // The group lies outside the visible tree.
    if (name == "..") break;
    group /= name;
    const std::optional<std::size_t> limit = LimitIn(group / version.file);
    if (limit.has_value()) least = std::min(*limit, least.value_or(*limit));
  }
  return least;
}

}  // namespace

std::optional<std::size_t> MemoryLimit(const CgroupFiles& files) {
  std::optional<std::size_t> least;
  for (const Version& version : kVersions) {
    const std::optional<std::size_t> limit = LimitOf(files, version);
    if (limit.has_value()) least = std::min(*limit, least.value_or(*limit));
  }
  return least;
}

}  // namespace dino::memory
