#include "bench/base/program.h"

#include <cstdio>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"

namespace dino::bench {

int RunProgram(int argc, char** argv, const char* name, const char* usage, absl::Status (*run)()) {
  absl::SetProgramUsageMessage(usage);
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", name, status.ToString().c_str());
  return 1;
}

JsonLine& AddPublications(JsonLine& line, const MeasuredSpan& span) {
  return line.Add("acknowledged", span.completions())
      .Add("seconds", span.seconds())
      .Add("acknowledged_per_second", span.per_second())
      .Add("cpu_us_per_publication", span.processor_microseconds());
}

}  // namespace dino::bench
