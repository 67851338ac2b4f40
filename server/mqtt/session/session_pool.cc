#include "server/mqtt/session/session_pool.h"

#include <algorithm>
#include <utility>

namespace dino::mqtt {

SessionPool::~SessionPool() { Stop(); }

void SessionPool::TellRouter(std::uint32_t home, std::function<void(Router&)> what) {
  LoopOf(home).Tell(SessionOf(home), [home, what = std::move(what)](Session& session) {
    what(session.router(home));
  });
}

void SessionPool::Forward(std::uint32_t standby, std::uint32_t home, Work work) {
  TellRouter(standby,
             [home, work = std::move(work)](Router& router) { router.Forwarded(home, work); });
}

void SessionPool::Recall(std::uint32_t standby, std::uint32_t home) {
  TellRouter(standby, [home](Router& router) { router.Recall(home); });
}

void SessionPool::AskForOpen(std::uint32_t standby, std::uint32_t home, TopicKey topic,
                             std::uint64_t trial) {
  TellRouter(standby, [home, topic, trial](Router& router) { router.Asked(home, topic, trial); });
}

void SessionPool::TellOpen(std::uint32_t home, std::uint32_t standby, std::uint64_t trial,
                           bool open) {
  TellRouter(home, [standby, trial, open](Router& router) { router.Told(standby, trial, open); });
}

void SessionPool::StandbyLost(std::uint32_t home, std::uint32_t standby) {
  TellRouter(home, [standby](Router& router) { router.StandbyLost(standby); });
}

void SessionPool::Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) {
  TellRouter(home, [standby, recalled = std::move(recalled)](Router& router) {
    router.Recalled(standby, recalled);
  });
}

void SessionPool::TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) {
  TellRouter(home,
             [standby, topic_hash](Router& router) { router.TopicFreeAt(standby, topic_hash); });
}

void SessionPool::GiveBack(std::uint32_t home, std::uint32_t /*standby*/, Work work) {
  TellRouter(home, [work = std::move(work)](Router& router) { router.GivenBack(work); });
}

void SessionPool::Confine(std::uint32_t owner, Work work) {
  const std::uint32_t broker = roster_.BrokerOf(owner);
  LoopOf(broker).TellQuarantine(broker, [owner, work = std::move(work)](Quarantine& quarantine) {
    quarantine.Add(owner, work);
  });
}

void SessionPool::ConfinedFree(std::uint32_t owner, std::uint64_t topic_hash) {
  TellRouter(owner, [topic_hash](Router& router) { router.ConfinedFree(topic_hash); });
}

void SessionPool::ConfinedBack(std::uint32_t owner, Work work) {
  TellRouter(owner, [work = std::move(work)](Router& router) { router.ConfinedBack(work); });
}

void SessionPool::Joined(std::uint32_t self) {
  if (!roster_.Joined(self)) return;
  const std::optional<Newcomers> newcomers = roster_.newcomers();
  for (std::uint32_t session = 0; session < session_count_; ++session) {
    LoopOf(session).Tell(session, [newcomers](Session& told) { told.PlacementChanged(newcomers); });
  }
}

void SessionPool::Start() {
  for (const auto& loop : loops_) loop->Start();
}

void SessionPool::Stop() {
  stopping_ = true;
  for (const auto& loop : loops_) loop->Stop();
  // An answer that comes later would find no session, and then no loop.
  resolver_.Close();
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

void SessionPool::StopAll() {
  for (const auto& loop : loops_) loop->StopAll();
}

void SessionPool::Stop(const std::shared_ptr<Batch>& batch) {
  batch->RequestStop();
  for (const auto& loop : loops_) loop->StopBatch(batch);
}

}  // namespace dino::mqtt
