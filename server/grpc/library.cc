#include "server/grpc/library.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <string_view>

#include "absl/synchronization/mutex.h"
#include "server/base/clock.h"
#include "server/base/libraries.h"
#include "server/grpc/library_log.h"

#if DINO_CURRENT_GRPC
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/strings/match.h"
#else
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#endif

namespace dino::transport {
namespace {

// The libraries may log until the process ends.
LibraryLog& Log() {
  static auto* const log = new LibraryLog();
  return *log;
}

void OnGrpcError(std::string_view message) { Log().Error(message, Clock::now()); }

#if DINO_CURRENT_GRPC

class ErrorSink final : public absl::LogSink {
 public:
  void Send(const absl::LogEntry& entry) override {
    if (absl::StrContains(entry.source_filename(), "google/protobuf/")) return;
    OnGrpcError({entry.text_message().data(), entry.text_message().size()});
  }
};

// For the whole process: abseil's log is what both write to.
void TakeLogs() {
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kError);
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
  absl::AddLogSink(new ErrorSink);
  absl::InitializeLog();
}

#else

void OnGrpcLog(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR) OnGrpcError(args->message);
}

void TakeLogs() {
  google::protobuf::SetLogHandler(nullptr);
  gpr_set_log_function(&OnGrpcLog);
}

#endif

}  // namespace

void PrepareLibrary() {
  TakeLogs();
  // Debian's library looks for deadlocks at each lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc_init();
}

std::uint64_t LibraryErrors() { return Log().errors(); }

std::string LibraryVersion() { return grpc::Version(); }

bool LibraryResistsStrangers() { return DINO_CURRENT_GRPC; }

}  // namespace dino::transport
