// ack-sink: an MQTT v5 broker that acknowledges as fast as it can and does nothing else, to show
// what a publisher can do without the broker's own work.
//
// Prints its port as a line of JSON, and serves until terminated.

#include "absl/flags/flag.h"
#include "bench/base/json_line.h"
#include "bench/base/program.h"
#include "bench/mqtt/sink_server.h"

ABSL_FLAG(int, port, 0, "The port on the loopback interface; 0: a free one");
ABSL_FLAG(bool, silent, false, "Never acknowledge a PUBLISH");

namespace dino::bench {
namespace {

absl::Status Run() {
  SinkServer server(absl::GetFlag(FLAGS_silent));
  const absl::StatusOr<int> port = server.Listen(absl::GetFlag(FLAGS_port));
  if (!port.ok()) return port.status();
  JsonLine().Add("port", static_cast<std::uint64_t>(*port)).Print();
  return server.Serve();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  return dino::bench::RunProgram(argc, argv, "ack-sink",
                                 "Acknowledges MQTT v5 publications, and does nothing else.",
                                 dino::bench::Run);
}
