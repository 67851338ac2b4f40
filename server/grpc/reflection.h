#ifndef DINO_SERVER_GRPC_REFLECTION_H_
#define DINO_SERVER_GRPC_REFLECTION_H_

#include <grpcpp/support/status.h>

#include <functional>
#include <string>
#include <vector>

#include "server/grpc/call.h"
#include "server/grpc/strangers_requests.h"

namespace dino::transport {

// Which calls may be made, as the answer to those that may not.
using CheckFunction = std::function<grpc::Status(Call& call)>;

// The methods of gRPC's server reflection, of which tools ask how to call `services`: those of
// `grpc.reflection.v1` and of its predecessor `v1alpha`, which are the same on the wire. `services`
// have linked descriptors. `requests` outlives them.
//
// gRPC's own plugin keeps a thread for each caller, and lets everybody in.
std::vector<Method> ReflectionMethods(const std::vector<std::string>& services,
                                      const CheckFunction& check, StrangersRequests& requests);

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_REFLECTION_H_
