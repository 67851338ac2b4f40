#ifndef DINO_TESTS_SYSTEM_CALLER_H_
#define DINO_TESTS_SYSTEM_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/process/patience.h"
#include "tests/system/bridge_process.h"

namespace dino::testing {

// A call that a `Caller` made, and its answer.
struct CallRecord {
  // The message's text: the caller's user and the call's number.
  std::string text;
  grpc::Status answer;
  Clock::duration elapsed;
};

// Publishes messages to one user from its own thread, each call after the answer to the previous
// one. Thread-safe.
class Caller {
 public:
  // Each call has `deadline`.
  Caller(BridgeProcess& bridge, std::int64_t user_id, Clock::duration deadline);
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { Stop(); }

  // The number of calls answered OK so far.
  std::size_t successes();
  // Waits until that many calls in total were answered OK.
  void WaitForSuccesses(std::size_t count, Where where = Where::Here());
  // Waits until a call failed.
  void WaitForFailure(Where where = Where::Here());
  // Stops calling, waits for the last answer and returns all calls.
  std::vector<CallRecord> Stop();

  std::int64_t user_id() const { return user_id_; }

 private:
  void Run();

  BridgeProcess& bridge_;
  const std::int64_t user_id_;
  const Clock::duration deadline_;
  std::atomic<bool> stop_{false};

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  std::vector<CallRecord> records_;
  std::size_t successes_ = 0;

  std::thread thread_;
};

using Callers = std::vector<std::unique_ptr<Caller>>;

// Waits until each caller has had that many more calls answered OK.
void WaitForSuccessesOfEach(const Callers& callers, std::size_t count, Where where = Where::Here());

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_CALLER_H_
