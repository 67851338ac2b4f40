#ifndef DINO_SERVER_GRPC_STRANGERS_REQUESTS_H_
#define DINO_SERVER_GRPC_STRANGERS_REQUESTS_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <string>

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/grpc/call.h"

namespace dino::transport {

// The requests under way of calls that anybody may make, so that what they take is bounded: each
// must have come in time, and beyond `kMost` the oldest one of the network with the most is given
// up. A call whose request does not come ends with RESOURCE_EXHAUSTED, and with UNAVAILABLE once
// the server is shutting down. Thread-safe.
class StrangersRequests {
 public:
  static constexpr std::size_t kMost = 16;

  // Each request must come within `longest`.
  explicit StrangersRequests(std::chrono::milliseconds longest)
      : longest_(longest),
        timer_("awaited-request", Timer::kNever, [this] { return EndOverdue(); }) {}
  StrangersRequests(const StrangersRequests&) = delete;
  StrangersRequests& operator=(const StrangersRequests&) = delete;

  // Asks for the call's next message.
  void Read(Call& call);
  // Ends all calls that wait, and those that will.
  void EndAll();
  // The message has come, or none will. False if the call was ended before: nothing may be done
  // with it any more.
  bool EndWait(Call& call);

 private:
  struct Awaited {
    Clock::time_point until;
    // Held.
    Call* call = nullptr;
    std::string network;
  };
  using List = std::list<Awaited>;

  // The oldest one of the network with the most. REQUIRES: there are some.
  static List::const_iterator OldestOfMost(const List& awaited);
  static void GiveUp(Call& call, const grpc::Status& status);
  // Returns when the next one is overdue.
  Clock::time_point EndOverdue();

  const std::chrono::milliseconds longest_;
  Mutex mutex_;
  // In the order in which they were asked for.
  List awaited_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses the others.
  Timer timer_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_STRANGERS_REQUESTS_H_
