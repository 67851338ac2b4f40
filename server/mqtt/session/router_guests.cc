// How a home gives those of its users away who belong to a broker that came later.
#include <algorithm>

#include "server/mqtt/session/router.h"
#include "server/mqtt/session/work_splitter.h"

namespace dino::mqtt {

void Router::Add(Chunk& chunk) {
  if (!newcomers_.has_value() || closed_ || !HasGuests(chunk)) {
    AddOwn(chunk);
    return;
  }
  for (auto& [home, part] : SplitOffGuests({{}, {&chunk}})) {
    for (Chunk* const of_home : part.chunks) {
      home == self_ ? AddOwn(*of_home) : guest_->Add(*of_home);
    }
  }
}

bool Router::HasGuests(const Chunk& chunk) const {
  return HasUntaken(chunk, [this](std::uint64_t key) { return newcomers_->Has(key); });
}

absl::btree_map<std::uint32_t, Work> Router::SplitOffGuests(const Work& work) const {
  auto parts = SplitWork(work, [this](std::uint64_t route_key) {
    return newcomers_->Has(route_key) ? GuestOf(self_) : self_;
  });
  for (Chunk* const chunk : parts[GuestOf(self_)].chunks) chunk->session = GuestOf(self_);
  return parts;
}

void Router::SayIfJoined(Clock::time_point now) {
  if (joined_ || place_ != Place::kHome || !stable(now)) return;
  joined_ = true;
  peers_.Joined(self_);
}

void Router::PlacementChanged() {
  if (closed_ || place_ != Place::kAway) return;
  const Standbys standbys = peers_.StandbysOf(self_);
  if (!standbys.empty() && standbys.sessions() != standbys_.sessions()) RecallAll();
}

void Router::HandOver(const Newcomers& newcomers, Router& guest) {
  if (closed_ || newcomers_ == newcomers) return;
  guest_ = &guest;
  next_newcomers_ = newcomers;
}

void Router::HandOverIfPossible() {
  if (!next_newcomers_.has_value() || place_ == Place::kAway || !recalled_.empty()) return;
  // What is open elsewhere is followed from here.
  if (in_flight_elsewhere_ > 0 || !queue_.can_hand_over()) return;
  newcomers_ = std::exchange(next_newcomers_, std::nullopt);
  RecalledWork handed_over;
  handed_over.topics_in_flight = queue_.HandOver(
      GuestOf(self_), [this](std::uint64_t route_key) { return newcomers_->Has(route_key); });
  RecalledWork own = queue_.Take(self_);
  auto parts = SplitOffGuests(own.work);
  queue_.Adopt(parts[self_]);
  handed_over.work = std::move(parts[GuestOf(self_)]);
  handed_over.last_acknowledged_at =
      std::max({own.last_acknowledged_at, acknowledged_here_at_, acknowledged_elsewhere_at_});
  guest_->HandedOver(self_, handed_over);
}

void Router::HandedOver(std::uint32_t home, const RecalledWork& handed_over) {
  // What is in flight is followed from here, not from a standby. The home's session may be one of
  // those: it answers the recall like the others.
  if (place_ == Place::kAway) RecallAll();
  TakeOver(home, handed_over);
}

}  // namespace dino::mqtt
