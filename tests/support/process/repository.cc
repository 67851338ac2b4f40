#include "tests/support/process/repository.h"

#include <filesystem>

namespace dino::testing {

std::string RepositoryFile(const std::string& path) { return DINO_REPOSITORY "/" + path; }

std::string BuiltProgram(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename(name);
}

}  // namespace dino::testing
