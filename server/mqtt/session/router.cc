#include "server/mqtt/session/router.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "server/mqtt/session/work_splitter.h"

namespace dino::mqtt {
namespace {

// How soon to look for standbys again when there is none.
constexpr std::chrono::milliseconds kLookAgain{200};

}  // namespace

Router::Router(std::uint32_t self, Options options, Peers& peers, SendQueue& queue)
    : self_(self),
      options_(options),
      peers_(peers),
      queue_(queue),
      move_at_(Clock::now() + options.failover_after) {}

void Router::AddOwn(Chunk& chunk) {
  if (place_ == Place::kAway && !closed_) {
    const bool keep = !trial_.wanted() || ChooseForTrial(chunk);
    const Work work{{}, {&chunk}};
    ForwardWork(keep ? KeepForTrial(work) : work);
  } else {
    queue_.Add(chunk);
  }
}

void Router::Usable(Clock::time_point now) {
  if (!usable_) usable_since_ = now;
  usable_ = true;
  trial_.Succeed();
  if (place_ == Place::kHome) peers_.SetServing(self_, true);
}

void Router::Unusable(Clock::time_point now, Urgency urgency) {
  usable_ = false;
  trial_.Fail();
  if (urgency == Urgency::kNow) {
    move_at_ = now;
  } else if (!move_at_.has_value()) {
    move_at_ = now + options_.failover_after;
  }
  joined_ = false;
  peers_.SetServing(self_, false);
  for (const std::uint32_t home : homes_) peers_.StandbyLost(home, self_);
}

void Router::Close() {
  closed_ = true;
  usable_ = false;
  peers_.SetServing(self_, false);
}

void Router::Forwarded(std::uint32_t home, const Work& work) {
  queue_.Adopt(work);
  StopWhatIsStopped(work);
  homes_.insert(home);
  if (!usable_ && !closed_) peers_.StandbyLost(home, self_);
}

void Router::Recall(std::uint32_t home) {
  // What is left is settled here.
  if (closed_) return;
  homes_.erase(home);
  peers_.Recalled(home, self_, queue_.Take(home));
}

void Router::StandbyLost(std::uint32_t standby) {
  if (!closed_ && place_ == Place::kAway && standbys_.Has(standby)) RecallAll();
}

void Router::RecallAll() {
  place_ = Place::kReturning;
  trial_.Interrupt();
  recalled_.insert(standbys_.sessions().begin(), standbys_.sessions().end());
  for (const std::uint32_t standby : recalled_) peers_.Recall(standby, self_);
}

void Router::Recalled(std::uint32_t standby, const RecalledWork& recalled) {
  recalled_.erase(standby);
  TakeOver(standby, recalled);
}

void Router::TakeOver(std::uint32_t from, const RecalledWork& work) {
  in_flight_elsewhere_ += work.topics_in_flight.size();
  for (const std::uint64_t topic_hash : work.topics_in_flight) queue_.TopicTaken(topic_hash);
  queue_.Adopt(work.work);
  StopWhatIsStopped(work.work);
  Clock::time_point& acknowledged_at =
      peers_.SameBroker(self_, from) ? acknowledged_here_at_ : acknowledged_elsewhere_at_;
  acknowledged_at = std::max(acknowledged_at, work.last_acknowledged_at);
}

void Router::TopicFreeAt(std::uint32_t standby, std::uint64_t topic_hash) {
  const Clock::time_point now = Clock::now();
  if (peers_.SameBroker(self_, standby)) {
    // It may have been acknowledged there.
    acknowledged_here_at_ = now;
    --in_flight_elsewhere_;
    queue_.TopicFree(topic_hash);
  } else {
    settling_topics_.emplace_back(now + options_.settle, topic_hash);
  }
}

void Router::GivenBack(const Work& work) {
  --in_flight_elsewhere_;
  queue_.AdoptFirst(work);
  StopWhatIsStopped(work);
}

void Router::ConfinedBack(const Work& work) {
  queue_.ConfinedBack(work);
  StopWhatIsStopped(work);
}

void Router::TopicFree(std::uint32_t home, std::uint64_t topic_hash) {
  if (!closed_) peers_.TopicFree(home, self_, topic_hash);
}

void Router::GiveBack(std::uint32_t home, const Work& work) {
  if (closed_) {
    // It is settled here.
    queue_.AdoptFirst(work);
  } else {
    peers_.GiveBack(home, self_, work);
  }
}

void Router::StopWhatIsStopped(const Work& work) {
  // The request to stop may have looked for a chunk while it was on its way here.
  std::vector<std::shared_ptr<Batch>> stopped;
  for (const Chunk* const chunk : work.chunks) {
    if (chunk->batch->stop_requested()) stopped.push_back(chunk->keep_alive);
  }
  for (const auto& batch : stopped) queue_.StopBatch(*batch, !usable_);
}

Router::Move Router::Advance(Clock::time_point now) {
  FreeSettledTopics(now);
  if (closed_) return Move::kNone;
  SayIfJoined(now);
  HandOverIfPossible();
  switch (place_) {
    case Place::kHome:
      return AdvanceHome(now);
    case Place::kAway:
      return AdvanceAway(now);
    case Place::kReturning:
      break;
  }
  return AdvanceReturning(now);
}

void Router::FreeSettledTopics(Clock::time_point now) {
  while (!settling_topics_.empty() && settling_topics_.front().first <= now) {
    queue_.TopicFree(settling_topics_.front().second);
    settling_topics_.pop_front();
    --in_flight_elsewhere_;
  }
}

Router::Move Router::AdvanceHome(Clock::time_point now) {
  if (!move_at_.has_value()) return Move::kNone;
  if (stable(now)) {
    move_at_.reset();
    return Move::kNone;
  }
  if (usable_ || now < *move_at_) return Move::kNone;
  if (!GoAway(now)) {
    move_at_ = now + kLookAgain;
    return Move::kNone;
  }
  moved_ = true;
  return Move::kAway;
}

Router::Move Router::AdvanceAway(Clock::time_point now) {
  // Not while something that was given up is in flight, with which the broker was tried: all would
  // wait for that.
  const bool hands_over = next_newcomers_.has_value() && queue_.can_hand_over();
  if (stable(now) || hands_over) RecallAll();
  if (place_ == Place::kReturning) return AdvanceReturning(now);
  AdvanceTrial(now);
  return Move::kNone;
}

Router::Move Router::AdvanceReturning(Clock::time_point now) {
  if (!recalled_.empty()) return Move::kNone;
  if (!usable_) {
    if (now >= *move_at_ && !GoAway(now)) move_at_ = now + kLookAgain;
    return Move::kNone;
  }
  if (now < acknowledged_elsewhere_at_ + options_.settle) return Move::kNone;
  // New work may have come before what was given back.
  queue_.Adopt(queue_.Take(self_).work);
  place_ = Place::kHome;
  trial_.Succeed();
  trial_.End();
  // A connection that may not hold is better than none; if it does not, they leave at once.
  if (stable(now)) move_at_.reset();
  peers_.SetServing(self_, true);
  return std::exchange(moved_, false) ? Move::kBack : Move::kNone;
}

bool Router::GoAway(Clock::time_point now) {
  // What is in flight elsewhere is followed from here.
  if (in_flight_elsewhere_ > 0 || queue_.confined() > 0) return false;
  Standbys standbys = peers_.StandbysOf(self_);
  if (standbys.empty()) return false;
  if (now < SettledFor(standbys)) return false;
  standbys_ = std::move(standbys);
  place_ = Place::kAway;
  trial_.Resume();
  // Who has no work of ours is to say as well if it is lost.
  for (const std::uint32_t standby : standbys_.sessions()) peers_.Forward(standby, self_, {});
  ForwardWork(KeepForTrial(queue_.Take(self_).work));
  return true;
}

Clock::time_point Router::SettledFor(const Standbys& standbys) const {
  const auto same_broker = [this](std::uint32_t standby) {
    return peers_.SameBroker(self_, standby);
  };
  const bool stays =
      std::all_of(standbys.sessions().begin(), standbys.sessions().end(), same_broker);
  const Clock::time_point acknowledged_at =
      stays ? acknowledged_elsewhere_at_
            : std::max({acknowledged_elsewhere_at_, acknowledged_here_at_,
                        queue_.last_acknowledged_at()});
  return acknowledged_at + options_.settle;
}

void Router::ForwardWork(const Work& work) {
  if (work.empty()) return;
  for (auto& [standby, part] : SplitByStandby(work, standbys_)) {
    peers_.Forward(standby, self_, part);
  }
}

Clock::time_point Router::NextTimer() const {
  Clock::time_point next =
      settling_topics_.empty() ? Clock::time_point::max() : settling_topics_.front().first;
  if (closed_) return next;
  if (place_ == Place::kHome && usable_ && !joined_) {
    next = std::min(next, usable_since_ + kStable);
  }
  if (place_ == Place::kAway) {
    next = std::min(next, trial_.over() ? EndOfTrial() : trial_.NextTimer());
  }
  return std::min(next, NextMove());
}

Clock::time_point Router::NextMove() const {
  if (!move_at_.has_value() || !recalled_.empty()) return Clock::time_point::max();
  if (usable_) {
    return place_ == Place::kReturning ? acknowledged_elsewhere_at_ + options_.settle
                                       : usable_since_ + kStable;
  }
  return place_ == Place::kAway ? Clock::time_point::max() : *move_at_;
}

}  // namespace dino::mqtt
