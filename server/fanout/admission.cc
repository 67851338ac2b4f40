#include "server/fanout/admission.h"

namespace dino::fanout {

void Admission::Ticket::Release() {
  Admission* admission = std::exchange(admission_, nullptr);
  if (admission != nullptr) admission->Release(publications_, bytes_);
}

std::optional<Admission::Ticket> Admission::TryAdmit(std::size_t publications, std::size_t bytes) {
  bytes += kBytesPerCall;
  const MutexLock lock(mutex_);
  if (publications > max_publications_ - publications_ || bytes > max_bytes_ - bytes_) {
    return std::nullopt;
  }
  publications_ += publications;
  bytes_ += bytes;
  return Ticket(this, publications, bytes);
}

std::size_t Admission::pending_publications() const {
  const MutexLock lock(mutex_);
  return publications_;
}

std::size_t Admission::pending_bytes() const {
  const MutexLock lock(mutex_);
  return bytes_;
}

void Admission::Release(std::size_t publications, std::size_t bytes) {
  const MutexLock lock(mutex_);
  publications_ -= publications;
  bytes_ -= bytes;
}

}  // namespace dino::fanout
