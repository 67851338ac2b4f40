#ifndef DINO_BENCH_LOAD_LOAD_H_
#define DINO_BENCH_LOAD_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/base/json_line.h"
#include "bench/load/closed_loop.h"
#include "bench/load/load_options.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"

namespace dino::bench {

// A load on a server, from its first call to the line of results. Not thread-safe.
class Load {
 public:
  explicit Load(const LoadOptions& options);

  // Waits until the server is ready, runs the load and prints the results. The first error ends the
  // load.
  absl::StatusOr<JsonLine> Run();

 private:
  using Stub = events::v1::EventPublisherService::Stub;

  absl::StatusOr<JsonLine> RunClosed();
  absl::StatusOr<JsonLine> RunOpen();
  absl::StatusOr<JsonLine> RunHeld();

  // Drives one thread's share of the callers.
  void RunThread(int thread, CallRecord& record);
  void RunStreamThread(int thread, CallRecord& record);

  // The numbers of a thread's callers.
  std::vector<int> CallersOf(int thread) const;
  Stub& StubOf(int caller);
  std::unique_ptr<Caller> MakeCaller(int caller, grpc::CompletionQueue& queue);
  Callers MakeCallers(int thread, grpc::CompletionQueue& queue);

  // Begins the line: what was asked for.
  JsonLine Describe() const;

  const LoadOptions& options_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<Stub>> stubs_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_LOAD_H_
