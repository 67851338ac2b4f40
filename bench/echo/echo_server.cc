// echo-server: a gRPC server with the service's request and response that does nothing else: the
// cost of a call alone.
//
// Prints its address as a line of JSON, and serves until terminated.

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/base/json_line.h"
#include "bench/base/program.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"

ABSL_FLAG(int, threads, 2, "Threads, each with a completion queue");

namespace dino::bench {
namespace {

using Service = events::v1::EventPublisherService::WithAsyncMethod_PublishMessage<
    events::v1::EventPublisherService::Service>;

constexpr int kCallsAwaitedPerThread = 100;

// Answers one call after the other, forever. Its tag is itself.
class EchoCall {
 public:
  EchoCall(Service& service, grpc::ServerCompletionQueue& queue)
      : service_(service), queue_(queue) {
    Await();
  }

  void OnEvent(bool ok) {
    if (!answered_ && ok) {
      Answer();
    } else {
      Await();
    }
  }

 private:
  struct Call {
    grpc::ServerContext context;
    events::v1::PublishMessageRequest request;
    events::v1::PublishMessageResponse response;
    grpc::ServerAsyncResponseWriter<events::v1::PublishMessageResponse> writer{&context};
  };

  void Await() {
    answered_ = false;
    call_ = std::make_unique<Call>();
    service_.RequestPublishMessage(&call_->context, &call_->request, &call_->writer, &queue_,
                                   &queue_, this);
  }

  void Answer() {
    answered_ = true;
    events::v1::Delivery& delivery = *call_->response.mutable_delivery();
    delivery.set_event_id("00000000-0000-4000-8000-000000000000");
    const auto count = static_cast<std::uint32_t>(call_->request.user_ids_size());
    delivery.set_recipient_count(count);
    delivery.set_acknowledged_count(count);
    call_->writer.Finish(call_->response, grpc::Status::OK, this);
  }

  Service& service_;
  grpc::ServerCompletionQueue& queue_;
  bool answered_ = false;
  std::unique_ptr<Call> call_;
};

void Serve(Service& service, grpc::ServerCompletionQueue& queue) {
  std::vector<std::unique_ptr<EchoCall>> calls;
  for (int i = 0; i < kCallsAwaitedPerThread; ++i) {
    calls.push_back(std::make_unique<EchoCall>(service, queue));
  }
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) static_cast<EchoCall*>(tag)->OnEvent(ok);
}

absl::Status Run() {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (int i = 0; i < absl::GetFlag(FLAGS_threads); ++i) {
    queues.push_back(builder.AddCompletionQueue());
  }
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return absl::UnavailableError("cannot start gRPC");
  std::vector<std::thread> threads;
  for (const auto& queue : queues) {
    threads.emplace_back([&service, &queue = *queue] { Serve(service, queue); });
  }
  JsonLine().Add("address", absl::StrCat("127.0.0.1:", port)).Print();
  for (std::thread& thread : threads) thread.join();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  return dino::bench::RunProgram(argc, argv, "echo-server", "Answers PublishMessage at once.",
                                 dino::bench::Run);
}
