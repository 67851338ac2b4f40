#ifndef DINO_TESTS_SYSTEM_CALL_FLOOD_H_
#define DINO_TESTS_SYSTEM_CALL_FLOOD_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

namespace v1 = ::dino::events::v1;

// How a call of a `CallFlood` ended.
struct FloodAnswer {
  grpc::Status status;
  Clock::duration elapsed{};
  // How often gRPC reported the end of the call; must be 1.
  std::size_t endings = 0;
};

// Any number of `PublishMessage` calls at once, over connections of its own.
//
// A server limits the concurrent calls of a connection (to 1,000, say); the rest wait in the
// client. Thread-safe. Waits fail the test after `kPatience` without progress.
class CallFlood {
 public:
  CallFlood(const std::string& address, std::size_t connections);
  CallFlood(const CallFlood&) = delete;
  CallFlood& operator=(const CallFlood&) = delete;
  // Cancels open calls.
  ~CallFlood();

  // Starts a call and returns its number, from 0. Calls use the connections in turn.
  std::size_t Start(const v1::PublishMessageRequest& request, Clock::duration deadline = kPatience);
  void Cancel(std::size_t number);

  // Waits until that many calls have ended.
  void WaitForEnds(std::size_t count, Where where = Where::Here());
  // Waits until all have, and returns their answers in the order of their numbers.
  std::vector<FloodAnswer> Finish(Where where = Where::Here());

 private:
  struct Call {
    Clock::time_point begin;
    grpc::ClientContext context;
    v1::PublishMessageResponse response;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::PublishMessageResponse>> reader;
    FloodAnswer answer;
  };

  void TakeAnswers();

  std::vector<std::unique_ptr<v1::EventPublisherService::Stub>> stubs_;
  grpc::CompletionQueue queue_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  std::vector<std::unique_ptr<Call>> calls_;
  std::size_t ended_ = 0;

  std::thread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_CALL_FLOOD_H_
