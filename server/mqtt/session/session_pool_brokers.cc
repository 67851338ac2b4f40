// Which brokers a pool has, and their sessions.
#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::mqtt {
namespace {

std::vector<std::string> NamesIn(const std::vector<HostPort>& brokers) {
  std::vector<std::string> names;
  for (const HostPort& broker : brokers) {
    const bool known = std::find(names.begin(), names.end(), broker.host) != names.end();
    if (!known && !Resolver::IsNumeric(broker.host)) names.push_back(broker.host);
  }
  return names;
}

// What the names lead to, as far as that is known by then.
absl::flat_hash_map<std::string, Resolver::Addresses> LookUpAll(
    Resolver& resolver, const std::vector<std::string>& names, Clock::duration patience) {
  using Answer = absl::StatusOr<Resolver::Addresses>;
  std::vector<std::future<Answer>> answers;
  for (const std::string& name : names) {
    auto promise = std::make_shared<std::promise<Answer>>();
    answers.push_back(promise->get_future());
    resolver.Resolve(name, [promise](Answer answer) { promise->set_value(std::move(answer)); });
  }
  absl::flat_hash_map<std::string, Resolver::Addresses> known;
  const Clock::time_point until = Clock::now() + patience;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (answers[i].wait_for(until - Clock::now()) != std::future_status::ready) continue;
    Answer answer = answers[i].get();
    if (answer.ok()) known[names[i]] = *std::move(answer);
  }
  return known;
}

}  // namespace

SessionPool::SessionPool(const SessionPoolOptions& options)
    : options_(options),
      random_(options.seed.has_value() ? *options.seed : std::random_device()()),
      client_id_prefix_(absl::StrCat(
          options.client_id_prefix, "-",
          absl::Hex(options.seed.has_value() ? *options.seed : random_(), absl::kZeroPad8), "-")),
      resolver_(options.look_up, options.run_look_up) {
  const std::vector<std::string> names = NamesIn(options.brokers);
  const auto known = LookUpAll(resolver_, names, options.session.look_up_timeout);
  std::vector<BrokerId> brokers;
  for (const HostPort& host : options.brokers) {
    const auto addresses = known.find(host.host);
    if (addresses == known.end()) {
      brokers.push_back({host});
      continue;
    }
    const auto behind = BrokersBehind(host, addresses->second, /*had_several=*/false);
    brokers.insert(brokers.end(), behind.begin(), behind.end());
  }
  session_count_ = std::max(options.sessions, brokers.size());
  const std::size_t loop_count = std::min(options.loops, session_count_);
  for (std::size_t i = 0; i < loop_count; ++i) {
    loops_.push_back(std::make_unique<Loop>(resolver_, options.make_link()));
  }
  loops_.front()->WatchNames(names, options.session.look_up_every,
                             [this](const std::string& name, const Resolver::Addresses& addresses) {
                               for (const HostPort& host : options_.brokers) {
                                 if (host.host == name) NameLeadsTo(host, addresses);
                               }
                             });
  for (std::size_t number = 0; number < session_count_; ++number) {
    const std::size_t broker = number % brokers.size();
    if (number < brokers.size()) AddBroker(brokers[broker], /*at_start=*/true);
    AddSession(static_cast<std::uint32_t>(broker), /*at_start=*/true);
  }
  routes_ = roster_.MakeRoutes();
}

SessionOptions SessionPool::OptionsOf(const Roster::Broker& broker,
                                      const std::string& client_id) const {
  SessionOptions session = options_.session;
  session.broker = broker.id;
  session.client_id = client_id;
  session.meter = meter_;
  session.health = broker.health;
  session.connections = broker.connections;
  session.suspects = broker.suspects;
  session.counts = broker.counts;
  return session;
}

std::uint32_t SessionPool::AddBroker(const BrokerId& id, bool at_start) {
  const auto number = static_cast<std::uint32_t>(roster_.broker_count());
  auto health = std::make_shared<BrokerHealth>(options_.broker_backoff,
                                               [this, number, name = id.ToString()](bool left) {
                                                 roster_.SetLeft(number, left);
                                                 options_.on_broker_change(name, left);
                                               });
  roster_.AddBroker(id, std::move(health), at_start);
  SessionOptions quarantine =
      OptionsOf(roster_.broker(number), absl::StrCat(client_id_prefix_, "q", number));
  Loop& loop = LoopOf(number);
  const auto seed = static_cast<unsigned>(random_());
  const auto on_failure = [this, number](const std::string& reason) {
    roster_.SetQuarantineError(number, reason);
  };
  const auto add = [this, &loop, number, seed, on_failure, quarantine = std::move(quarantine)] {
    loop.AddQuarantine(number, quarantine, seed, on_failure, *this);
  };
  if (at_start) {
    add();
  } else {
    loop.Post(add);
  }
  return number;
}

void SessionPool::AddSession(std::uint32_t broker, bool at_start) {
  const std::uint32_t number = roster_.AddSession(broker, client_id_prefix_);
  SessionOptions session =
      OptionsOf(roster_.broker(broker), absl::StrCat(client_id_prefix_, number));
  session.has_users = at_start;
  Loop& loop = LoopOf(number);
  const auto seed = static_cast<unsigned>(random_());
  const auto on_change = [this, number](const SessionChange& change) {
    Changed(number, change);
    options_.on_change(change);
  };
  const auto add = [this, &loop, number, seed, on_change, session = std::move(session)] {
    loop.AddSession(number, session, seed, on_change, *this);
  };
  if (at_start) {
    add();
  } else {
    loop.Post(add);
  }
}

void SessionPool::NameLeadsTo(const HostPort& host, const Resolver::Addresses& addresses) {
  if (stopping_) return;
  const std::vector<BrokerId> behind = BrokersBehind(host, addresses, roster_.HadSeveral(host));
  std::size_t present = roster_.present_count() + behind.size();
  for (const std::uint32_t broker : roster_.Present(host)) {
    --present;
    const BrokerId& id = roster_.broker(broker).id;
    if (std::find(behind.begin(), behind.end(), id) != behind.end()) continue;
    SetPresent(broker, false);
  }
  // Those that replace others have no fewer sessions than they had.
  const std::size_t share = (options_.sessions + present - 1) / present;
  for (const BrokerId& id : behind) Add(id, share);
}

void SessionPool::Add(const BrokerId& id, std::size_t sessions) {
  const std::optional<std::uint32_t> known = roster_.Find(id);
  if (known.has_value()) {
    SetPresent(*known, true);
    return;
  }
  const std::uint32_t broker = AddBroker(id, /*at_start=*/false);
  for (std::size_t i = 0; i < sessions; ++i) AddSession(broker, /*at_start=*/false);
}

void SessionPool::SetPresent(std::uint32_t broker, bool present) {
  roster_.SetPresent(broker, present);
  for (const std::uint32_t session : roster_.SessionsOf(broker)) {
    LoopOf(session).Tell(session,
                         [present](Session& told) { present ? told.Revive() : told.Retire(); });
  }
  LoopOf(broker).TellQuarantine(
      broker, [present](Quarantine& quarantine) { quarantine.SetPresent(present); });
}

void SessionPool::Changed(std::uint32_t number, const SessionChange& change) {
  if (change.users != Router::Move::kNone) {
    roster_.SetUsersAway(number, change.users == Router::Move::kAway);
    return;
  }
  roster_.Update(number, [&](SessionInfo& info) {
    const auto usable = [](const SessionInfo& session) {
      return session.connected && TakesEvents(session.announced) ? 1 : 0;
    };
    usable_count_ -= usable(info);
    // An attempt that fails changes nothing about since when it is not connected.
    if (change.connected || change.was_connected) info.since = std::chrono::system_clock::now();
    info.connected = change.connected;
    info.retired = change.retired;
    info.reason = change.reason;
    info.failure = change.failure;
    info.announced = change.announced;
    usable_count_ += usable(info);
    if (change.connected && !TakesEvents(change.announced)) {
      info.reason = absl::StrCat("the broker takes packets of at most ",
                                 change.announced.maximum_packet_size, " bytes: no event fits");
    }
  });
  if (!change.was_connected || change.connected || change.retired) return;
  Roster::Broker& broker = roster_.broker(roster_.BrokerOf(number));
  broker.losses.at(static_cast<std::size_t>(change.loss)).fetch_add(1);
}

}  // namespace dino::mqtt
