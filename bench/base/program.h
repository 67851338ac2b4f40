#ifndef DINO_BENCH_BASE_PROGRAM_H_
#define DINO_BENCH_BASE_PROGRAM_H_

#include "absl/status/status.h"
#include "bench/base/json_line.h"
#include "bench/base/measured_span.h"

namespace dino::bench {

// The `main` of each program: parses the flags, runs, and reports an error if that fails. `usage`
// is for `--help`. Returns the exit status.
int RunProgram(int argc, char** argv, const char* name, const char* usage, absl::Status (*run)());

// Adds what publishers report about acknowledged publications.
JsonLine& AddPublications(JsonLine& line, const MeasuredSpan& span);

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_PROGRAM_H_
