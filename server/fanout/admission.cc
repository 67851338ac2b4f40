#include "server/fanout/admission.h"

#include "server/base/shared_places.h"

namespace dino::fanout {

void Admission::Ticket::Release() {
  Admission* admission = std::exchange(admission_, nullptr);
  if (admission != nullptr) admission->Release(room_, share_);
}

void Admission::Ticket::Grow(std::size_t bytes) {
  if (admission_ != nullptr) admission_->Resize(*this, static_cast<std::ptrdiff_t>(bytes));
}

void Admission::Ticket::Shrink(std::size_t bytes) {
  if (admission_ != nullptr) admission_->Resize(*this, -static_cast<std::ptrdiff_t>(bytes));
}

void Admission::Resize(Ticket& ticket, std::ptrdiff_t bytes) {
  const MutexLock lock(mutex_);
  ticket.room_.bytes += bytes;
  pending_.bytes += bytes;
  if (ticket.share_.has_value()) (*ticket.share_)->second.bytes += bytes;
}

void Admission::Add(const Room& more, Room& sum) {
  sum.publications += more.publications;
  sum.bytes += more.bytes;
  sum.events += more.events;
}

void Admission::Subtract(const Room& less, Room& sum) {
  sum.publications -= less.publications;
  sum.bytes -= less.bytes;
  sum.events -= less.events;
}

std::optional<Admission::Ticket> Admission::TryTake(const Room& more, std::string_view caller) {
  const MutexLock lock(mutex_);
  if (!HasRoom(more)) return std::nullopt;
  std::optional<Shares::iterator> share;
  if (!caller.empty()) {
    share = shares_.find(caller);
    if (share == shares_.end()) {
      share = shares_.emplace(caller, Room()).first;
    } else if (!IsFair(more, (*share)->second)) {
      return std::nullopt;
    }
    Add(more, (*share)->second);
  }
  Add(more, pending_);
  return Ticket(this, more, share);
}

bool Admission::HasRoom(const Room& more) const {
  // Answers may have taken more bytes than there are.
  return pending_.publications + more.publications <= max_.publications &&
         pending_.bytes + more.bytes <= max_.bytes;
}

bool Admission::IsFair(const Room& more, const Room& pending) const {
  if (more.events > 0 && pending.events == 0) return true;
  return IsFairShare(pending.publications, more.publications,
                     max_.publications - pending_.publications - more.publications) &&
         IsFairShare(pending.bytes, more.bytes, max_.bytes - pending_.bytes - more.bytes);
}

std::size_t Admission::pending_publications() const {
  const MutexLock lock(mutex_);
  return pending_.publications;
}

std::size_t Admission::pending_bytes() const {
  const MutexLock lock(mutex_);
  return pending_.bytes;
}

void Admission::Release(const Room& room, std::optional<Shares::iterator> share) {
  const MutexLock lock(mutex_);
  Subtract(room, pending_);
  if (!share.has_value()) return;
  Room& rest = (*share)->second;
  Subtract(room, rest);
  // Each ticket counts as some bytes, so there is none any more.
  if (rest.bytes == 0) shares_.erase(*share);
}

}  // namespace dino::fanout
