#include "server/grpc/library.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>

#include "absl/synchronization/mutex.h"
#include "server/log/log.h"

namespace dino::transport {
namespace {

void OnGrpcLog(gpr_log_func_args* args) {
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  log::Warning("gRPC reports an error", {{"error", args->message}});
}

}  // namespace

void PrepareLibrary() {
  google::protobuf::SetLogHandler(nullptr);
  gpr_set_log_function(&OnGrpcLog);
  // Debian's library looks for deadlocks at each lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc_init();
}

}  // namespace dino::transport
