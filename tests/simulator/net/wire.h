#ifndef DINO_TESTS_SIMULATOR_NET_WIRE_H_
#define DINO_TESTS_SIMULATOR_NET_WIRE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/base/random.h"
#include "tests/simulator/base/timeline.h"

namespace dino::simulator {

enum class End : std::uint8_t { kClient, kBroker };

// How the network treats a connection.
struct WireManner {
  Duration latency = std::chrono::microseconds(200);
  Duration jitter = std::chrono::microseconds(200);
  // How many bytes may be under way or unread, each way.
  std::size_t room = 65536;
  // How often what was written at once arrives in two parts.
  int split_percent = 0;
};

// One TCP connection in memory. Both ends read and write as with a socket that does not block;
// bytes arrive later, in order, perhaps in parts, and never again once the connection was cut.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(Timeline& timeline, Random random, const WireManner& manner)
      : timeline_(timeline), random_(random), manner_(manner) {}

  // The broker's host has accepted, or refused, the client's connection; until then the client
  // neither reads nor writes.
  void Establish();
  void Refuse();

  // As read(2) and write(2) do it: -1 and `errno`, 0 at the end.
  std::int64_t Read(End end, char* data, std::size_t size);
  std::int64_t Write(End end, std::string_view bytes);
  // Whether they would do something else than wait.
  bool readable(End end) const;
  bool writable(End end) const;

  // The end is closed by who has it; the peer reads what is under way, then the end.
  void Close(End end);
  // The end is closed, and the peer is told so by a reset, which may overtake what is under way.
  void Reset(End end);
  // The network cuts the connection; both ends notice.
  void Cut();
  // The same, after so many more bytes were written at that end.
  void CutAfter(End writer, std::uint64_t bytes);
  // Not any more.
  void DoNotCut();
  // From now on nothing of what this end writes arrives, nor that it was closed.
  void Swallow(End writer) { at(writer).swallowed = true; }
  bool swallows() const { return at(End::kClient).swallowed || at(End::kBroker).swallowed; }

  bool closed(End end) const { return at(end).closed; }

  // What the ledger calls the connection.
  void set_number(int number) { number_ = number; }
  int number() const { return number_; }

  // Called when there may be something to read or to write at this end.
  void OnChange(End end, std::function<void()> on_change) {
    at(end).on_change = std::move(on_change);
  }

 private:
  // An end, and what comes to it.
  struct Half {
    std::string arrived;
    std::size_t read = 0;
    // Bytes under way to the other end.
    std::size_t under_way = 0;
    Time last_arrival{};
    std::uint64_t written = 0;
    std::optional<std::uint64_t> cut_at;
    bool swallowed = false;
    bool closed = false;
    // The other end has closed, and all that it wrote has arrived.
    bool ended = false;
    // What every call ends with; 0 if nothing is wrong.
    int error = 0;
    std::function<void()> on_change;

    std::size_t unread() const { return arrived.size() - read; }
  };

  static End Other(End end) { return end == End::kClient ? End::kBroker : End::kClient; }
  Half& at(End end) { return halves_[static_cast<std::size_t>(end)]; }
  const Half& at(End end) const { return halves_[static_cast<std::size_t>(end)]; }
  std::size_t RoomFor(End writer) const;
  Time NextArrival(Half& from);
  void Send(End from, std::string bytes);
  void Arrive(End to, const std::string& bytes);
  void Fail(End end, int error);
  void Notify(End end);

  Timeline& timeline_;
  Random random_;
  const WireManner manner_;
  int number_ = 0;
  bool established_ = false;
  std::array<Half, 2> halves_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_WIRE_H_
