#ifndef DINO_TESTS_SOAK_LOAD_H_
#define DINO_TESTS_SOAK_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/soak/manner.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/process/patience.h"

namespace dino::soak {

struct LoadOptions {
  // Callers of groups of two to five users.
  std::size_t small_callers = 8;
  // Their manners, in turn. The first four have one each; half of eight repeat calls.
  std::vector<Manner> manners = {Manner::kPlain,   Manner::kRepeats, Manner::kShortDeadline,
                                 Manner::kCancels, Manner::kPlain,   Manner::kRepeats,
                                 Manner::kRepeats, Manner::kRepeats};
  // The users of one more, plain caller; 0 for none.
  std::size_t large_group = 1000;
  // The pause of a caller between an answer and its next call; ten times as long for the large
  // group's caller and before a repeated call.
  std::chrono::milliseconds pause{5};
  // The deadline of a call, unless its manner asks for another.
  std::chrono::milliseconds deadline{10000};
  // Determines the callers' plans.
  unsigned seed = 1;
};

// How long it took until calls were answered OK again.
struct Recovery {
  testing::Clock::duration first;
  // Until each caller had such an answer, except those with short deadlines, for which a busy
  // machine may be too slow.
  testing::Clock::duration all;
};

// Callers that publish messages all the time, each in its manner and on its own thread, one call at
// a time, and record each answer in a ledger.
//
// Paused at first. Methods are called from one thread.
class Load {
 public:
  // Each call goes to any of the addresses. The ledger must outlive this object.
  Load(const std::vector<std::string>& addresses, const LoadOptions& options,
       testing::Ledger& ledger);
  Load(const std::string& address, const LoadOptions& options, testing::Ledger& ledger)
      : Load(std::vector<std::string>{address}, options, ledger) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { Stop(); }

  // Waits until the bridge accepts connections. False if it does not.
  bool WaitForConnection(testing::Clock::duration patience);

  void Resume();
  // Waits for the last answers.
  void Pause();
  void Stop();

  // Waits until every caller with enough time was answered OK after `since`; nothing if that takes
  // longer than `patience`.
  std::optional<Recovery> WaitForRecovery(testing::Clock::time_point since,
                                          testing::Clock::duration patience);

  // The number of calls by result: OK, a reason, or a status code.
  std::map<std::string, std::size_t> Outcomes();

  // The topic of a user of the first caller.
  static std::string FirstTopic();

 private:
  struct Caller {
    Caller(Manner its_manner, std::chrono::milliseconds deadline, unsigned seed)
        : manner(its_manner), planner(its_manner, deadline, seed), random(seed) {}

    const Manner manner;
    std::size_t number = 0;
    std::vector<std::int64_t> users;
    std::chrono::milliseconds pause{};
    // The caller's thread only.
    CallPlanner planner;
    bool must_repeat = false;
    // Of the call to repeat; empty if its answer had none.
    std::string resume_token;
    std::mt19937 random;
    std::thread thread;
    // Protected by `mutex_`.
    bool calling = false;
    testing::Clock::time_point first_ok;
  };

  void AddCaller(Manner manner, std::size_t user_count, std::chrono::milliseconds pause);
  void Run(Caller& caller);
  bool AwaitTurn(Caller& caller);
  void Call(Caller& caller);
  // Makes the call and waits for its end, or cancels it as planned.
  grpc::Status Make(events::v1::EventPublisherService::Stub& stub,
                    const events::v1::PublishMessageRequest& request, const CallPlan& plan,
                    events::v1::PublishMessageResponse& response);
  void CallEnded(Caller& caller, const grpc::Status& status);

  const LoadOptions options_;
  testing::Ledger& ledger_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<events::v1::EventPublisherService::Stub>> stubs_;
  std::int64_t next_user_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  bool paused_ = true;
  bool stopped_ = false;
  // The callers' `first_ok` is the first after this time.
  testing::Clock::time_point watched_since_;
  std::map<std::string, std::size_t> outcomes_;

  std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_LOAD_H_
