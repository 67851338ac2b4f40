#include "clients/dino-publish/call.h"

#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/slice.h>

#include <memory>
#include <vector>

namespace dino::publish_client {
namespace {

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::optional<TlsFiles>& tls) {
  if (!tls.has_value()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({tls->ca, tls->key, tls->certificate});
}

std::shared_ptr<grpc::Channel> OpenChannel(const Call& call) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix("dino-publish");
  // A response that lists all recipients may exceed the default of 4 MiB.
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(call.address, CredentialsOf(call.tls), arguments);
}

grpc::Status Copy(const grpc::ByteBuffer& buffer, std::string& bytes) {
  std::vector<grpc::Slice> slices;
  grpc::Status status = buffer.Dump(&slices);
  bytes.clear();
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return status;
}

}  // namespace

grpc::Status MakeCall(const Call& call, std::string& response) {
  // Never shut down: that may wait 10 s for an idle poller.
  grpc_init();
  grpc::GenericStub stub(OpenChannel(call));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + call.timeout);
  if (!call.api_key.empty()) context.AddMetadata("authorization", "Bearer " + call.api_key);
  if (!call.traceparent.empty()) context.AddMetadata("traceparent", call.traceparent);
  const grpc::Slice slice(call.request);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::CompletionQueue queue;
  const auto reader = stub.PrepareUnaryCall(&context, call.path, request, &queue);
  grpc::ByteBuffer answer;
  grpc::Status status;
  reader->StartCall();
  reader->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  if (!queue.Next(&tag, &ok)) return {grpc::StatusCode::INTERNAL, "the call did not end"};
  return status.ok() ? Copy(answer, response) : status;
}

}  // namespace dino::publish_client
