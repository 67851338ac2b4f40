#include "server/mqtt/session/session_pool.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dino::mqtt {

namespace {

std::vector<std::string> NamesOf(const std::vector<HostPort>& brokers) {
  std::vector<std::string> names;
  for (const HostPort& broker : brokers) names.push_back(broker.ToString());
  return names;
}

}  // namespace

SessionPool::SessionPool(const SessionPoolOptions& options)
    : session_count_(options.sessions),
      brokers_(NamesOf(options.brokers)),
      losses_(brokers_.size() * kLossReasonNames.size()),
      serving_(options.sessions),
      infos_(options.sessions),
      resolver_(options.look_up) {
  const std::size_t loop_count = std::min(options.loops, options.sessions);
  for (std::size_t i = 0; i < loop_count; ++i) {
    loops_.push_back(std::make_unique<Loop>(resolver_, options.make_link()));
  }
  const std::uint32_t seed = options.seed.has_value() ? *options.seed : std::random_device()();
  std::mt19937 random(seed);
  const std::string process = absl::StrCat(absl::Hex(seed, absl::kZeroPad8));
  const Colleagues colleagues = MakeColleagues();
  for (std::size_t number = 0; number < session_count_; ++number) {
    SessionOptions session = options.session;
    session.brokers = options.brokers;
    session.meter = meter_;
    std::rotate(
        session.brokers.begin(),
        session.brokers.begin() + static_cast<std::ptrdiff_t>(number % session.brokers.size()),
        session.brokers.end());
    session.address = number / session.brokers.size();
    session.client_id = absl::StrCat(options.client_id_prefix, "-", process, "-", number);
    infos_[number].client_id = session.client_id;
    infos_[number].since = std::chrono::system_clock::now();
    const auto on_change = [this, number, report = options.on_change](const SessionChange& change) {
      Changed(number, change);
      report(change);
    };
    loops_[number % loop_count]->AddSession(static_cast<std::uint32_t>(number), std::move(session),
                                            static_cast<unsigned>(random()), on_change, colleagues);
  }
}

SessionPool::~SessionPool() { Stop(); }

void SessionPool::Changed(std::size_t number, const SessionChange& change) {
  if (change.users != Failover::Move::kNone) return;
  {
    const MutexLock lock(mutex_);
    SessionInfo& info = infos_[number];
    // An attempt that fails changes nothing about since when it is not connected.
    if (change.connected || change.was_connected) info.since = std::chrono::system_clock::now();
    info.broker = change.broker;
    info.connected = change.connected;
    info.reason = change.reason;
    info.announced = change.announced;
  }
  if (change.connected) ++connected_count_;
  if (!change.was_connected) return;
  --connected_count_;
  if (!change.connected) CountLoss(change);
}

void SessionPool::CountLoss(const SessionChange& change) {
  const auto broker = std::find(brokers_.begin(), brokers_.end(), change.broker);
  if (broker == brokers_.end()) return;
  losses_.Add(LossIndex(static_cast<std::size_t>(broker - brokers_.begin()), change.loss));
}

std::vector<SessionInfo> SessionPool::Sessions() const {
  const MutexLock lock(mutex_);
  return infos_;
}

Colleagues SessionPool::MakeColleagues() {
  Colleagues colleagues;
  colleagues.set_serving = [this](std::uint32_t self, bool serving) { serving_[self] = serving; };
  colleagues.choose = [this](std::uint32_t self) { return ChooseDeputy(self); };
  colleagues.hand_over = [this](std::uint32_t to, SendQueue::Work work) {
    LoopOf(to).HandOver(to, std::move(work));
  };
  colleagues.ended_elsewhere = [this](std::uint32_t home) { LoopOf(home).EndedElsewhere(home); };
  return colleagues;
}

std::optional<std::uint32_t> SessionPool::ChooseDeputy(std::uint32_t self) {
  // Different starts spread the users of a broker that is gone.
  for (std::size_t i = 1; i < session_count_; ++i) {
    const auto other = static_cast<std::uint32_t>((self + i) % session_count_);
    if (serving_[other]) return other;
  }
  return std::nullopt;
}

void SessionPool::Start() {
  for (const auto& loop : loops_) loop->Start();
}

void SessionPool::Stop() {
  for (const auto& loop : loops_) loop->Stop();
  for (const auto& loop : loops_) loop->SettleRest();
}

void SessionPool::Publish(const std::shared_ptr<Batch>& batch) {
  std::vector<std::vector<Chunk*>> by_loop(loops_.size());
  for (Chunk& chunk : batch->chunks()) {
    chunk.keep_alive = batch;
    by_loop[chunk.session % loops_.size()].push_back(&chunk);
  }
  // From the first hand-over on, the batch may end at any moment, but for our reference.
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    if (!by_loop[i].empty()) loops_[i]->Publish(by_loop[i]);
  }
}

void SessionPool::Stop(const std::shared_ptr<Batch>& batch) {
  batch->RequestStop();
  for (const auto& loop : loops_) loop->StopBatch(batch);
}

}  // namespace dino::mqtt
