#include "bench/load/load_flags.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/base/json_line.h"

ABSL_FLAG(std::string, address, "127.0.0.1:50051", "The server's gRPC address");
ABSL_FLAG(std::string, tls_ca_file, "", "Use TLS and verify the server with this CA (PEM file)");
ABSL_FLAG(std::string, api_key, "", "The caller's key; needs --tls_ca_file");
ABSL_FLAG(std::string, rpc, "unary", "unary: PublishMessage; stream; batch");
ABSL_FLAG(std::string, mode, "closed",
          "closed: each caller calls again once answered; open: at --rate; sparse: each caller "
          "pauses for one to two seconds; rounds: all callers at once; held: the server holds "
          "all calls without answering, and its memory is measured");
ABSL_FLAG(int, callers, 8, "Concurrent calls, each with its own recipients");
ABSL_FLAG(int, recipients, 1000, "Recipients per event");
ABSL_FLAG(std::int64_t, first_user, 1'000'000, "The first recipient");
ABSL_FLAG(int, event, 300, "Size of the event JSON in bytes");
ABSL_FLAG(bool, keyed, false, "Each call, or event of a batch, has an idempotency key of its own");
ABSL_FLAG(int, connections, 1, "Connections shared by the callers");
ABSL_FLAG(int, threads, 1, "Threads that drive the callers, each with its own connections");
ABSL_FLAG(int, batch, 100, "Events per call of --rpc=batch");
ABSL_FLAG(int, window, 100, "Unanswered events per stream of --rpc=stream");
ABSL_FLAG(double, rate, 0, "Calls per second with --mode=open");
ABSL_FLAG(absl::Duration, deadline, absl::Seconds(30), "Deadline of each call");
ABSL_FLAG(absl::Duration, warm_up, absl::Milliseconds(500),
          "How long the load runs before measuring");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2), "How long to measure");
ABSL_FLAG(std::uint64_t, calls, 1, "Measure at least this many calls");
ABSL_FLAG(int, server_pid, 0,
          "PID of the server whose processor time and memory are measured; 0: none");
ABSL_FLAG(bool, announce, false, "Print a line when measuring starts, for --mode=closed");

namespace dino::bench {
namespace {

template <class Choice>
absl::Status Choose(const std::map<std::string, Choice>& choices, const std::string& text,
                    Choice& choice) {
  const auto found = choices.find(text);
  if (found == choices.end()) {
    return absl::InvalidArgumentError(absl::StrCat("unknown value '", text, "'"));
  }
  choice = found->second;
  return absl::OkStatus();
}

absl::Status ReadChoices(LoadOptions& options) {
  const std::map<std::string, Rpc> rpcs{
      {"unary", Rpc::kUnary}, {"stream", Rpc::kStream}, {"batch", Rpc::kBatch}};
  const std::map<std::string, Mode> modes{{"closed", Mode::kClosed},
                                          {"open", Mode::kOpen},
                                          {"sparse", Mode::kSparse},
                                          {"rounds", Mode::kRounds},
                                          {"held", Mode::kHeld}};
  absl::Status status = Choose(rpcs, absl::GetFlag(FLAGS_rpc), options.rpc);
  status.Update(Choose(modes, absl::GetFlag(FLAGS_mode), options.mode));
  return status;
}

absl::Status ReadAccess(LoadOptions& options) {
  options.api_key = absl::GetFlag(FLAGS_api_key);
  const std::string path = absl::GetFlag(FLAGS_tls_ca_file);
  if (path.empty()) {
    if (options.api_key.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("--api_key needs --tls_ca_file");
  }
  std::ifstream file(path);
  options.tls_ca.assign(std::istreambuf_iterator<char>(file), {});
  if (options.tls_ca.empty()) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return absl::OkStatus();
}

absl::Status Check(const LoadOptions& options) {
  if (absl::Status status = CheckShape(options.shape); !status.ok()) return status;
  if (options.callers < 1 || options.connections < 1 || options.batch < 1 || options.window < 1 ||
      options.threads < 1 || options.threads > options.connections ||
      options.connections > options.callers) {
    return absl::InvalidArgumentError("needs 1 <= threads <= connections <= callers");
  }
  if (options.mode == Mode::kOpen && !(options.rate > 0)) {
    return absl::InvalidArgumentError("--mode=open needs a --rate");
  }
  if (options.rpc == Rpc::kStream && options.mode != Mode::kClosed) {
    return absl::InvalidArgumentError("--rpc=stream goes with --mode=closed only");
  }
  if (options.threads > 1 && options.mode != Mode::kClosed) {
    return absl::InvalidArgumentError("--threads goes with --mode=closed only");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadOptions> LoadOptionsFromFlags() {
  LoadOptions options;
  absl::Status status = ReadChoices(options);
  status.Update(ReadAccess(options));
  if (!status.ok()) return status;
  options.address = absl::GetFlag(FLAGS_address);
  options.shape.bytes = absl::GetFlag(FLAGS_event);
  options.shape.keyed = absl::GetFlag(FLAGS_keyed);
  options.shape.recipients = absl::GetFlag(FLAGS_recipients);
  options.shape.first_user = absl::GetFlag(FLAGS_first_user);
  options.callers = absl::GetFlag(FLAGS_callers);
  options.connections = absl::GetFlag(FLAGS_connections);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.batch = absl::GetFlag(FLAGS_batch);
  options.window = absl::GetFlag(FLAGS_window);
  options.rate = absl::GetFlag(FLAGS_rate);
  options.deadline = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_deadline));
  options.span.warm_up = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_warm_up));
  options.span.least_warm_up = static_cast<std::uint64_t>(options.callers);
  options.span.duration = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_duration));
  options.span.least_completions = absl::GetFlag(FLAGS_calls);
  options.span.process = absl::GetFlag(FLAGS_server_pid);
  if (absl::GetFlag(FLAGS_announce)) {
    options.span.on_start = [] { JsonLine().Add("program", "load-driver").Print(); };
  }
  status = Check(options);
  if (!status.ok()) return status;
  return options;
}

}  // namespace dino::bench
