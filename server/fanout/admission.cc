#include "server/fanout/admission.h"

namespace dino::fanout {
namespace {

// How many times of what is free a caller may have.
constexpr std::size_t kShareOfFree = 3;

bool IsFairPart(std::size_t more, std::size_t pending_of_caller, std::size_t pending,
                std::size_t max) {
  return (pending_of_caller + more) / kShareOfFree <= max - pending - more;
}

}  // namespace

void Admission::Ticket::Release() {
  Admission* admission = std::exchange(admission_, nullptr);
  if (admission != nullptr) admission->Release(room_, share_);
}

std::optional<Admission::Ticket> Admission::TryAdmit(std::size_t publications, std::size_t bytes,
                                                     std::string_view caller) {
  const Room more{publications, bytes + kBytesPerCall};
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
    (*share)->second.publications += more.publications;
    (*share)->second.bytes += more.bytes;
  }
  pending_.publications += more.publications;
  pending_.bytes += more.bytes;
  return Ticket(this, more, share);
}

bool Admission::HasRoom(const Room& more) const {
  return more.publications <= max_.publications - pending_.publications &&
         more.bytes <= max_.bytes - pending_.bytes;
}

bool Admission::IsFair(const Room& more, const Room& pending) const {
  return IsFairPart(more.publications, pending.publications, pending_.publications,
                    max_.publications) &&
         IsFairPart(more.bytes, pending.bytes, pending_.bytes, max_.bytes);
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
  pending_.publications -= room.publications;
  pending_.bytes -= room.bytes;
  if (!share.has_value()) return;
  Room& rest = (*share)->second;
  rest.publications -= room.publications;
  rest.bytes -= room.bytes;
  // Each call counts as some bytes, so there is none any more.
  if (rest.bytes == 0) shares_.erase(*share);
}

}  // namespace dino::fanout
