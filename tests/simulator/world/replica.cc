#include "tests/simulator/world/replica.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "server/base/host_port.h"
#include "tests/simulator/base/random.h"

namespace dino::simulator {
namespace {

constexpr std::uint16_t kPort = 1883;
constexpr std::uint64_t kReplicaDrawer = 100;
// Of all brokers, where they have one.
constexpr char kName[] = "brokers.sim";

HostPort BrokerAt(int broker) { return {absl::StrCat("10.0.0.", broker + 1), kPort}; }

mqtt::SessionPoolOptions PoolOptions(int number, const Plan& plan, Random& random) {
  mqtt::SessionPoolOptions options;
  if (plan.name.used()) {
    options.brokers.push_back({kName, kPort});
    options.session.look_up_every = plan.name.look_up_every;
  } else {
    for (const int broker : plan.broker_orders[static_cast<std::size_t>(number)]) {
      options.brokers.push_back(BrokerAt(broker));
    }
  }
  options.sessions = static_cast<std::size_t>(plan.sessions);
  options.loops = static_cast<std::size_t>(plan.loops);
  options.session.in_flight_window = plan.window;
  options.session.in_flight_bytes = plan.window_bytes;
  options.session.ack_timeout = plan.ack_timeout;
  options.session.routing.failover_after = plan.failover_after;
  options.seed = static_cast<std::uint32_t>(random.Next());
  return options;
}

}  // namespace

std::string EndpointOf(int broker) { return BrokerAt(broker).ToString(); }

void LeadTo(const std::vector<bool>& present, Network& network) {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) addresses.push_back(BrokerAt(static_cast<int>(i)).host);
  }
  network.Name(kName, std::move(addresses));
}

Replica::Replica(int number, const Plan& plan, Timeline& timeline, Network& network, Ledger& ledger,
                 int life)
    : number_(number), timeline_(timeline), ledger_(ledger) {
  Random random(plan.seed, kReplicaDrawer,
                static_cast<std::uint64_t>(number) + 16 * static_cast<std::uint64_t>(life));
  mqtt::SessionPoolOptions options = PoolOptions(number, plan, random);
  options.make_link = [this, &plan, &timeline, &network, &random] {
    drivers_.push_back(
        std::make_unique<LoopDriver>(timeline, ledger_, Random(random.Next()), plan.loop_delay));
    return drivers_.back()->MakeLink(network, number_);
  };
  options.look_up = [&network](const std::string& name) { return network.AddressesOf(name); };
  options.run_look_up = [](const std::function<void()>& look_up) { look_up(); };
  pool_ = std::make_unique<mqtt::SessionPool>(options);
  for (std::size_t i = 0; i < drivers_.size(); ++i) drivers_[i]->Drive(pool_->loop(i));
  publisher_ = std::make_unique<WatchedPublisher>(*pool_, ledger_, number);
  direct_publisher_ = std::make_unique<fanout::DirectPublisher>(
      *publisher_, *fanout::TopicTemplate::Parse("dms/{environment}/{user_id}", "sim"),
      fanout::FanoutOptions());
  keyed_publisher_ = std::make_unique<fanout::KeyedPublisher>(
      *direct_publisher_, direct_publisher_->admission(), fanout::IdempotencyOptions());
}

void Replica::Drain(Duration patience) {
  if (draining_) return;
  draining_ = true;
  timeline_.After(patience, [this] {
    for (const int call : std::set<int>(open_)) {
      const auto stop = stops_.find(call);
      if (stop != stops_.end()) std::function<void()>(stop->second)();
    }
  });
  StopWhenIdle();
}

void Replica::StopWhenIdle() {
  // Not from here: a loop may be the one that has ended the last call.
  timeline_.After(Duration(0), [this] {
    if (!draining_ || stopped_ || !open_.empty()) return;
    stopped_ = true;
    for (const auto& driver : drivers_) driver->Stop();
    pool_->Stop();
  });
}

int Replica::CallOpened() {
  open_.insert(next_call_);
  return next_call_++;
}

void Replica::CallStoppable(int call, std::function<void()> stop) {
  if (open_.count(call) > 0) stops_.emplace(call, std::move(stop));
}

void Replica::CallClosed(int call) {
  open_.erase(call);
  stops_.erase(call);
  if (draining_) StopWhenIdle();
}

void Replica::Stall(std::size_t loop, Duration duration) {
  drivers_[loop % drivers_.size()]->Stall(duration);
}

void Replica::CheckBooks() {
  const auto check = [this](std::size_t open, const char* what) {
    if (open == 0) return;
    ledger_.Violated(Invariant::kBooksBalance,
                     absl::StrCat("replica ", number_, " has ", open, " ", what, " at the end"));
  };
  check(direct_publisher_->admission().pending_publications(), "pending publications");
  check(direct_publisher_->admission().pending_bytes(), "pending bytes");
  check(pool_->meter().in_flight.load(), "publications in flight");
  check(keyed_publisher_->figures().waiting, "joined calls");
}

}  // namespace dino::simulator
