#ifndef DINO_TESTS_FUZZ_ENTRY_H_
#define DINO_TESTS_FUZZ_ENTRY_H_

#include <cstddef>
#include <cstdint>

// The two functions that libFuzzer wants.
extern "C" {

// Takes `--target=NAME` from the command line.
int LLVMFuzzerInitialize(int* argc, char*** argv);

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
}

#endif  // DINO_TESTS_FUZZ_ENTRY_H_
