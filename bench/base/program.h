#ifndef DINO_BENCH_BASE_PROGRAM_H_
#define DINO_BENCH_BASE_PROGRAM_H_

#include "absl/status/status.h"
#include "bench/base/json_line.h"
#include "bench/base/measured_span.h"

namespace dino::bench {

// What each program's `main` does: reads the flags, runs, and says why if that fails. `usage` is
// for
// `--help`. Returns the exit status.
int RunProgram(int argc, char** argv, const char* name, const char* usage, absl::Status (*run)());

// Adds what publishers say of their acknowledged publications.
JsonLine& AddPublications(JsonLine& line, const MeasuredSpan& span);

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_PROGRAM_H_
