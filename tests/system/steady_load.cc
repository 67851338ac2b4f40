#include "tests/system/steady_load.h"

#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr std::chrono::milliseconds kLoadInterval{200};
// Shorter than what a test waits for.
constexpr std::chrono::seconds kCallDeadline{2};
constexpr char kKeyOfChat[] = "the-key-of-the-chat-backend";
constexpr std::int64_t kBatchUsers = 100;

void LimitTime(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
}

}  // namespace

void SteadyLoad::Start() {
  thread_ = std::thread([this] { Run(); });
}

void SteadyLoad::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool SteadyLoad::WaitForTurn() {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, kLoadInterval, [this] { return stop_; });
}

void SteadyLoad::Run() {
  if (kind_ == Kind::kStream) return PublishOnStream();
  if (kind_ == Kind::kConnections) return Connect();
  while (WaitForTurn()) {
    if (kind_ == Kind::kBatches) {
      PublishBatch();
    } else {
      Publish(kind_ == Kind::kWithKey      ? kKeyOfChat
              : kind_ == Kind::kWithoutKey ? "another-key"
                                           : "");
    }
  }
}

void SteadyLoad::Publish(const std::string& key) {
  grpc::ClientContext context;
  LimitTime(context);
  if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
  v1::PublishMessageResponse response;
  bridge_.stub().PublishMessage(&context, MessageRequest({1, 2, 3, 4}, "hello"), &response);
}

void SteadyLoad::PublishBatch() {
  v1::PublishBatchRequest request;
  for (std::int64_t user = 1; user <= kBatchUsers; ++user) {
    *request.add_events()->mutable_message() = MessageRequest({user}, "hello");
  }
  grpc::ClientContext context;
  LimitTime(context);
  v1::PublishBatchResponse response;
  bridge_.stub().PublishBatch(&context, request, &response);
}

void SteadyLoad::PublishOnStream() {
  grpc::ClientContext context;
  const auto stream = bridge_.stub().PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = MessageRequest({1, 2, 3, 4}, "hello");
  while (WaitForTurn() && stream->Write(request)) continue;
  context.TryCancel();
  stream->Finish();
}

void SteadyLoad::Connect() {
  std::vector<FileDescriptor> connections;
  while (WaitForTurn()) connections.push_back(ConnectToLoopback(bridge_.port()));
}

}  // namespace dino::testing
