#ifndef DINO_TESTS_SUPPORT_HTTP2_QUICK_CHANNEL_H_
#define DINO_TESTS_SUPPORT_HTTP2_QUICK_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace dino::testing {

// A channel to a server that may not listen yet, or no longer: it reconnects quickly.
inline std::shared_ptr<grpc::Channel> QuickChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  // How long an attempt may take, on a busy machine too.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_HTTP2_QUICK_CHANNEL_H_
