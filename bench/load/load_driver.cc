// load-driver: puts a load on the service and reports how it performed.
//
// Prints one line of JSON. Exit status: 0, or 1 when a call failed or its answer did not say
// that every recipient was acknowledged.

#include "bench/base/program.h"
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
  return dino::bench::RunProgram(argc, argv, "load-driver",
                                 "Puts a load on the service, and says how it bore it.",
                                 dino::bench::Run);
}
