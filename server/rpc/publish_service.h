#ifndef DINO_SERVER_RPC_PUBLISH_SERVICE_H_
#define DINO_SERVER_RPC_PUBLISH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "server/rpc/publish_context.h"
#include "server/rpc/publish_stream.h"

namespace dino::rpc {

// `dino.events.v1.EventPublisherService`: answers its calls on completion queues.
class PublishService {
 public:
  explicit PublishService(PublishContext& shared);
  PublishService(const PublishService&) = delete;
  PublishService& operator=(const PublishService&) = delete;
  ~PublishService();

  void Register(grpc::ServerBuilder& builder);

  // Waits for calls of every method on `queue`. Once per queue, after the server has started.
  void Listen(grpc::ServerCompletionQueue& queue);

  // Ends the streams; what they have begun is answered first.
  void EndStreams() { open_streams_.EndAll(); }

 private:
  class Service;

  void ListenForOthers(grpc::ServerCompletionQueue& queue);

  PublishContext& shared_;
  OpenStreams open_streams_;
  const std::unique_ptr<Service> service_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_PUBLISH_SERVICE_H_
