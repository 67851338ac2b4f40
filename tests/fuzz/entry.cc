// What libFuzzer calls, or else the replay.
#include "tests/fuzz/entry.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/grpc/library.h"
#include "tests/fuzz/targets.h"

namespace {

dino::fuzz::Target target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  target = dino::fuzz::ChosenTarget(*argc, *argv);
  dino::transport::PrepareLibrary();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  target({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
