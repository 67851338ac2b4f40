#include "server/grpc/strangers_requests.h"

#include <algorithm>
#include <utility>

namespace dino::transport {
namespace {

grpc::Status NoRequestCame() {
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "the request did not come"};
}

grpc::Status Leaving() { return {grpc::StatusCode::UNAVAILABLE, "this server is shutting down"}; }

}  // namespace

void StrangersRequests::Read(Call& call) {
  const Clock::time_point until = Clock::now() + longest_;
  std::string network = call.Network();
  Call* given_up = nullptr;
  {
    const MutexLock lock(mutex_);
    if (ending_) return call.Finish(Leaving());
    call.Hold();
    awaited_.push_back({until, &call, std::move(network)});
    if (awaited_.size() > kMost) {
      const auto oldest = OldestOfMost(awaited_);
      given_up = oldest->call;
      awaited_.erase(oldest);
    }
  }
  if (given_up != nullptr) GiveUp(*given_up, NoRequestCame());
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

void StrangersRequests::EndAll() {
  List ended;
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    ended.swap(awaited_);
  }
  for (const Awaited& each : ended) GiveUp(*each.call, Leaving());
}

void StrangersRequests::GiveUp(Call& call, const grpc::Status& status) {
  call.Finish(status);
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
    GiveUp(*overdue, NoRequestCame());
  }
}

}  // namespace dino::transport
