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

// Bounds what calls hold: an event gets room for all of its publications or for none, and a call
// for what it takes from its beginning until its answer is written. Thread-safe.
//
// Callers that are told apart share the room (see `IsFairShare`). Whoever has no event pending may
// have all that is free for one, since an event that is larger than a share would otherwise never
// go.
class Admission {
 public:
  // The memory of a call beside its events and its answer, most of it gRPC's; measured.
  static constexpr std::size_t kBytesPerCall = 8192;
  // The memory of an event beside its content and its recipients.
  static constexpr std::size_t kBytesPerEvent = 4096;

 private:
  struct Room {
    std::size_t publications = 0;
    std::size_t bytes = 0;
    std::size_t events = 0;
  };
  // By caller, of those who have something pending.
  using Shares = std::map<std::string, Room, std::less<>>;

 public:
  // Room for one call or event, released by the destructor. The admission must outlive it.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          room_(other.room_),
          share_(other.share_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(room_, other.room_);
      std::swap(share_, other.share_);
      return *this;
    }
    ~Ticket() { Release(); }

    // Releases the room now.
    void Release();
    // Takes more bytes, even beyond all limits: of an answer, which cannot be refused any more.
    // Thread-safe, as is `Shrink`.
    void Grow(std::size_t bytes);
    // Gives some of them back.
    void Shrink(std::size_t bytes);

   private:
    friend class Admission;
    Ticket(Admission* admission, const Room& room, std::optional<Shares::iterator> share)
        : admission_(admission), room_(room), share_(share) {}

    Admission* admission_;
    // Guarded by the admission's mutex.
    Room room_;
    // None: the caller is not told apart from others.
    std::optional<Shares::iterator> share_;
  };

  Admission(std::size_t max_publications, std::size_t max_bytes)
      : max_{max_publications, max_bytes} {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // Room for an event: none if its publications, or `bytes` plus `kBytesPerEvent`, do not fit
  // beside what is pending, or are more than the caller may have of it. `caller` is empty if
  // callers are not told apart.
  std::optional<Ticket> TryAdmit(std::size_t publications, std::size_t bytes,
                                 std::string_view caller = {}) {
    return TryTake({publications, bytes + kBytesPerEvent, 1}, caller);
  }
  // The same for a call: for `kBytesPerCall`.
  std::optional<Ticket> TryBegin(std::string_view caller = {}) {
    return TryTake({0, kBytesPerCall, 0}, caller);
  }

  // How many publications and bytes are pending.
  std::size_t pending_publications() const;
  std::size_t pending_bytes() const;

 private:
  static void Add(const Room& more, Room& sum);
  static void Subtract(const Room& less, Room& sum);
  std::optional<Ticket> TryTake(const Room& more, std::string_view caller);
  // Whether there is room for `more`.
  bool HasRoom(const Room& more) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether that leaves enough to others, beside what its caller has.
  bool IsFair(const Room& more, const Room& pending) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(const Room& room, std::optional<Shares::iterator> share);
  // By how many bytes a ticket grows.
  void Resize(Ticket& ticket, std::ptrdiff_t bytes);

  const Room max_;

  mutable Mutex mutex_;
  Room pending_ ABSL_GUARDED_BY(mutex_);
  Shares shares_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ADMISSION_H_
