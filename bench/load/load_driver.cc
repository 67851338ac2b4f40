// load-driver: puts a load on the service, and says how it bore it.
//
// Prints one line of JSON. Exit status: 0, or 1 when a call failed or its answer did not say
// that every recipient was acknowledged.

#include <cstdio>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "bench/load/load.h"
#include "bench/load/load_flags.h"

namespace dino::bench {
namespace {

absl::Status Run() {
  const absl::StatusOr<LoadOptions> options = LoadOptionsFromFlags();
  if (!options.ok()) return options.status();
  const absl::StatusOr<JsonLine> line = Load(*options).Run();
  if (!line.ok()) return line.status();
  line->Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Puts a load on the service, and says how it bore it.");
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = dino::bench::Run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "load-driver: %s\n", status.ToString().c_str());
  return 1;
}
