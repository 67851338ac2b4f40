#include "server/grpc/strangers_requests.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <utility>

namespace dino::transport {

void StrangersRequests::Read(Call& call) {
  const Clock::time_point until = Clock::now() + longest_;
  std::string network = call.Network();
  Call* given_up = nullptr;
  call.Hold();
  {
    const MutexLock lock(mutex_);
    awaited_.push_back({until, &call, std::move(network)});
    if (awaited_.size() > kMost) {
      const auto oldest = OldestOfMost(awaited_);
      given_up = oldest->call;
      awaited_.erase(oldest);
    }
  }
  if (given_up != nullptr) GiveUp(*given_up);
  timer_.CallBy(until);
  call.Read();
}

StrangersRequests::List::const_iterator StrangersRequests::OldestOfMost(const List& awaited) {
  const auto count_of = [&awaited](const std::string& network) {
    return std::count_if(awaited.begin(), awaited.end(),
                         [&network](const Awaited& each) { return each.network == network; });
  };
  return std::max_element(awaited.begin(), awaited.end(),
                          [&count_of](const Awaited& a, const Awaited& b) {
                            return count_of(a.network) < count_of(b.network);
                          });
}

bool StrangersRequests::EndWait(Call& call) {
  {
    const MutexLock lock(mutex_);
    const auto awaited = std::find_if(awaited_.begin(), awaited_.end(),
                                      [&call](const Awaited& each) { return each.call == &call; });
    if (awaited == awaited_.end()) return false;
    awaited_.erase(awaited);
  }
  // Its end is still to come.
  call.Release();
  return true;
}

void StrangersRequests::GiveUp(Call& call) {
  call.Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the request did not come"));
  call.Release();
}

Clock::time_point StrangersRequests::EndOverdue() {
  const Clock::time_point now = Clock::now();
  while (true) {
    Call* overdue = nullptr;
    {
      const MutexLock lock(mutex_);
      if (awaited_.empty()) return Timer::kNever;
      if (awaited_.front().until > now) return awaited_.front().until;
      overdue = awaited_.front().call;
      awaited_.pop_front();
    }
    GiveUp(*overdue);
  }
}

}  // namespace dino::transport
