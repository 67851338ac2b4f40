#ifndef DINO_SERVER_FANOUT_ADMISSION_H_
#define DINO_SERVER_FANOUT_ADMISSION_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/mutex.h"

namespace dino::fanout {

// Bounds pending work: a call gets room for all of its publications or for none. Thread-safe.
//
// Callers that are told apart share the room: each may have three times of what is free, so that
// one alone fills three quarters of it, and n who always want more come to 3/(3n+1) each, which is
// more than 1/(n+1). Whoever has nothing pending may have all that is free, since an event that is
// larger than a share would otherwise never go.
class Admission {
 public:
  // The memory of a call beside its event, most of it gRPC's; measured.
  static constexpr std::size_t kBytesPerCall = 12288;

 private:
  struct Room {
    std::size_t publications = 0;
    std::size_t bytes = 0;
  };
  // By caller, of those who have something pending.
  using Shares = std::map<std::string, Room, std::less<>>;

 public:
  // Room for one call, released by the destructor. The admission must outlive it.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          room_(other.room_),
          share_(other.share_) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() { Release(); }

    // Releases the room now.
    void Release();

   private:
    friend class Admission;
    Ticket(Admission* admission, const Room& room, std::optional<Shares::iterator> share)
        : admission_(admission), room_(room), share_(share) {}

    Admission* admission_;
    Room room_;
    // None: the caller is not told apart from others.
    std::optional<Shares::iterator> share_;
  };

  Admission(std::size_t max_publications, std::size_t max_bytes)
      : max_{max_publications, max_bytes} {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // None if the publications, or `bytes` plus `kBytesPerCall`, do not fit beside the pending work,
  // or are more than the caller may have of it. `caller` is empty if callers are not told apart.
  std::optional<Ticket> TryAdmit(std::size_t publications, std::size_t bytes,
                                 std::string_view caller = {});

  // How many publications and bytes are pending.
  std::size_t pending_publications() const;
  std::size_t pending_bytes() const;

 private:
  // Whether there is room for `more`.
  bool HasRoom(const Room& more) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether that leaves enough to others, beside what its caller has pending.
  bool IsFair(const Room& more, const Room& pending) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(const Room& room, std::optional<Shares::iterator> share);

  const Room max_;

  mutable Mutex mutex_;
  Room pending_ ABSL_GUARDED_BY(mutex_);
  Shares shares_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ADMISSION_H_
