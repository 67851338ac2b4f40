#ifndef DINO_BENCH_LOAD_SERVING_H_
#define DINO_BENCH_LOAD_SERVING_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/status.h"

namespace dino::bench {

// Waits until the server's health service reports SERVING or, if it has none, until it accepts
// connections.
absl::Status AwaitServing(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_SERVING_H_
