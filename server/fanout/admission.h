#ifndef DINO_SERVER_FANOUT_ADMISSION_H_
#define DINO_SERVER_FANOUT_ADMISSION_H_

#include <cstddef>
#include <optional>
#include <utility>

#include "server/base/mutex.h"

namespace dino::fanout {

// Bounds pending work: a call gets room for all of its publications or for none. Thread-safe.
class Admission {
 public:
  // The memory of a call beside its event, most of it gRPC's; measured.
  static constexpr std::size_t kBytesPerCall = 12288;

  // Room for one call, released by the destructor. The admission must outlive it.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          publications_(other.publications_),
          bytes_(other.bytes_) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() { Release(); }

    // Releases the room now.
    void Release();

   private:
    friend class Admission;
    Ticket(Admission* admission, std::size_t publications, std::size_t bytes)
        : admission_(admission), publications_(publications), bytes_(bytes) {}

    Admission* admission_;
    std::size_t publications_;
    std::size_t bytes_;
  };

  Admission(std::size_t max_publications, std::size_t max_bytes)
      : max_publications_(max_publications), max_bytes_(max_bytes) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // None if the publications, or `bytes` plus `kBytesPerCall`, do not fit beside the pending work.
  std::optional<Ticket> TryAdmit(std::size_t publications, std::size_t bytes);

  // How many publications and bytes are pending.
  std::size_t pending_publications() const;
  std::size_t pending_bytes() const;

 private:
  void Release(std::size_t publications, std::size_t bytes);

  const std::size_t max_publications_;
  const std::size_t max_bytes_;

  mutable Mutex mutex_;
  std::size_t publications_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ADMISSION_H_
