#include "tests/system/bridge_program.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace dino::testing {
namespace {

std::string Program() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
  const char* const other = std::getenv("DINO_BRIDGE");
  return other == nullptr || *other == '\0' ? DINO_BRIDGE : other;
}

bool Contains(const std::string& path, const char* symbol) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.find(symbol) != std::string::npos;
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
