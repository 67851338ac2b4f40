#ifndef DINO_BENCH_LOAD_SERVING_H_
#define DINO_BENCH_LOAD_SERVING_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/status.h"

namespace dino::bench {

// Waits until the server's health service says SERVING; for one that has no such service, until
// it can be connected to.
absl::Status AwaitServing(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_SERVING_H_
