#ifndef DINO_BENCH_LOAD_LOAD_FLAGS_H_
#define DINO_BENCH_LOAD_LOAD_FLAGS_H_

#include "absl/status/statusor.h"
#include "bench/load/load_options.h"

namespace dino::bench {

// Reads the options from the command line's flags, once those have been parsed.
absl::StatusOr<LoadOptions> LoadOptionsFromFlags();

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_LOAD_FLAGS_H_
