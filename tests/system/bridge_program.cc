#include "tests/system/bridge_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/repository.h"

namespace dino::testing {
namespace {

std::string Program() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
  const char* const other = std::getenv("DINO_BRIDGE");
  return other == nullptr || *other == '\0' ? BuiltProgram("dino-bridge") : other;
}

// A sanitized program has hundreds of megabytes, too many to copy for each test.
bool Contains(const std::string& path, const char* symbol) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file.open() || fstat(file.number(), &facts) != 0 || facts.st_size == 0) return false;
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (bytes == MAP_FAILED) return false;  // NOLINT(performance-no-int-to-ptr): the system's value.
  const bool found = memmem(bytes, size, symbol, std::strlen(symbol)) != nullptr;
  munmap(bytes, size);
  return found;
}

}  // namespace

const std::string& BridgeProgram() {
  static const std::string program = Program();
  return program;
}

bool BridgeIsSanitized() {
  static const bool sanitized = Contains(BridgeProgram(), "__asan_init");
  return sanitized;
}

bool GrpcHasFixes() {
  static const bool has_fixes = !Contains(BridgeProgram(), "libgrpc++.so.1.51");
  return has_fixes;
}

}  // namespace dino::testing
