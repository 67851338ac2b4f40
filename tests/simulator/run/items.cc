#include "tests/simulator/run/items.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dino::simulator {
namespace {

constexpr char kStop[] = "stop";

std::string CallName(std::size_t caller, std::size_t call) {
  return absl::StrCat("c", caller, ".", call);
}

std::string EventName(std::size_t caller, std::size_t call, std::size_t event) {
  return absl::StrCat(CallName(caller, call), ".", event);
}

std::string UserName(UserId user) { return absl::StrCat("u", user); }

std::string FaultName(std::size_t fault) { return absl::StrCat("f", fault); }

void KeepOnlyUsers(const std::set<std::string>& names, EventPlan& event) {
  const auto is_left_out = [&names](UserId user) { return names.count(UserName(user)) == 0; };
  event.users.erase(std::remove_if(event.users.begin(), event.users.end(), is_left_out),
                    event.users.end());
}

}  // namespace

std::vector<std::string> ItemNames(const Plan& plan) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < plan.faults.size(); ++i) names.push_back(FaultName(i));
  for (std::size_t i = 0; i < plan.callers.size(); ++i) {
    for (std::size_t j = 0; j < plan.callers[i].calls.size(); ++j) names.push_back(CallName(i, j));
  }
  for (UserId user = 1; user <= plan.users; ++user) names.push_back(UserName(user));
  for (std::size_t i = 0; i < plan.callers.size(); ++i) {
    for (std::size_t j = 0; j < plan.callers[i].calls.size(); ++j) {
      const std::size_t events = plan.callers[i].calls[j].events.size();
      for (std::size_t k = 0; k < events && events > 1; ++k) names.push_back(EventName(i, j, k));
    }
  }
  if (plan.stopped_replica.has_value()) names.emplace_back(kStop);
  return names;
}

void KeepOnly(const std::set<std::string>& names, Plan& plan) {
  std::vector<FaultPlan> faults;
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    if (names.count(FaultName(i)) > 0) faults.push_back(plan.faults[i]);
  }
  plan.faults = std::move(faults);
  for (std::size_t i = 0; i < plan.callers.size(); ++i) {
    std::vector<CallPlan> calls;
    Duration pause{};
    for (std::size_t j = 0; j < plan.callers[i].calls.size(); ++j) {
      CallPlan& call = plan.callers[i].calls[j];
      // The others stay at their times, more or less.
      pause += call.pause;
      std::vector<EventPlan> events;
      for (std::size_t k = 0; k < call.events.size(); ++k) {
        EventPlan& event = call.events[k];
        KeepOnlyUsers(names, event);
        const bool kept = call.events.size() == 1 || names.count(EventName(i, j, k)) > 0;
        if (kept && !event.users.empty()) events.push_back(std::move(event));
      }
      call.events = std::move(events);
      if (call.events.empty() || names.count(CallName(i, j)) == 0) continue;
      call.pause = std::exchange(pause, {});
      calls.push_back(std::move(call));
    }
    plan.callers[i].calls = std::move(calls);
  }
  if (names.count(kStop) == 0) plan.stopped_replica.reset();
}

}  // namespace dino::simulator
