#ifndef DINO_SERVER_RPC_INFO_CALL_H_
#define DINO_SERVER_RPC_INFO_CALL_H_

#include <functional>
#include <utility>

#include "server/rpc/publish_context.h"
#include "server/rpc/unary_call.h"

namespace dino::rpc {

// A call of GetServerInfo.
class InfoCall final : public UnaryCall {
 public:
  // Waits for the next call of the method, as `UnaryCall::AskForRequest` says.
  using AskFunction =
      std::function<void(grpc::ServerContext&, grpc::ByteBuffer&, Responder&, void* tag)>;

  InfoCall(PublishContext& shared, AskFunction ask)
      : UnaryCall(shared.tracker, shared.meters.Of("GetServerInfo")),
        shared_(shared),
        ask_(std::move(ask)) {}

 private:
  void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request, Responder& responder,
                     void* tag) override {
    ask_(context, request, responder, tag);
  }
  UnaryCall* Next() const override { return new InfoCall(shared_, ask_); }
  void Handle(const grpc::ByteBuffer& bytes) override;

  PublishContext& shared_;
  const AskFunction ask_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_INFO_CALL_H_
