#ifndef DINO_TESTS_SUPPORT_HTTP2_OWN_CONNECTION_H_
#define DINO_TESTS_SUPPORT_HTTP2_OWN_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace dino::testing {

// A channel with a connection of its own; otherwise, channels to one address share one.
inline std::shared_ptr<grpc::Channel> ChannelWithOwnConnection(
    const std::string& address,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials =
        grpc::InsecureChannelCredentials(),
    grpc::ChannelArguments arguments = {}) {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_HTTP2_OWN_CONNECTION_H_
