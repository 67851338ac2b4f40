#ifndef DINO_SERVER_NET_GIVEN_SOCKETS_H_
#define DINO_SERVER_NET_GIVEN_SOCKETS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/base/clock.h"

namespace dino::net {

// Counts sockets handed over to an owner who does not report closing them, and ends some of them to
// make room. Not thread-safe.
class GivenSockets {
 public:
  // How long a count is reused, because counting visits every socket.
  static constexpr std::chrono::milliseconds kCountInterval{50};
  // The same for who is silent.
  static constexpr std::chrono::milliseconds kSearchInterval{200};

  // Whether a socket's peer is known.
  using KnownFunction = std::function<bool(int fd)>;

  explicit GivenSockets(KnownFunction is_known = [](int /*fd*/) { return false; })
      : is_known_(std::move(is_known)) {}

  // Call before handing the socket over. `network` is its peer's, see `NetworkOf`.
  void Add(int fd, std::string network);

  // True if `count` of them or more are open. May count sockets that were closed less than
  // `kCountInterval` ago.
  bool HasOpen(std::size_t count, Clock::time_point now);

  // Ends a connection so that a peer of `newcomer` can have one: of the networks with the most, the
  // one whose peer has been silent longest. It must have been silent for `silence`, unless the
  // newcomer's network has less than a quarter as many. While strangers have a quarter of all,
  // those of peers who are known neither end nor count. False if there is none.
  bool MakeRoom(const std::string& newcomer, std::chrono::milliseconds silence,
                Clock::time_point now);

 private:
  struct Socket {
    // Which the system never reuses.
    std::uint64_t cookie;
    std::string network;
    // As of the last search; false since it came, if that was later.
    bool known = false;
  };
  struct Silent {
    int fd;
    std::uint64_t cookie;
    std::chrono::milliseconds since;
  };

  void ForgetClosed();
  // Whether strangers have less than a quarter of all.
  bool StrangersAreFew() const;
  bool MayEnd(const Socket& socket) const { return ends_known_ || !socket.known; }
  std::size_t CountOf(const std::string& network) const;
  // Fills `silent_` with those of the networks with the most.
  void FindSilent();

  const KnownFunction is_known_;
  std::unordered_map<int, Socket> sockets_;
  Clock::time_point next_count_;
  // The longest silent ones last.
  std::vector<Silent> silent_;
  std::size_t largest_count_ = 0;
  // Strangers were few at the last search, and still are.
  bool ends_known_ = false;
  Clock::time_point next_search_;
};

}  // namespace dino::net

#endif  // DINO_SERVER_NET_GIVEN_SOCKETS_H_
