#ifndef DINO_TESTS_SUPPORT_MQTT_PROXIED_CONNECTION_H_
#define DINO_TESTS_SUPPORT_MQTT_PROXIED_CONNECTION_H_

#include <poll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/mqtt/packet_splitter.h"
#include "tests/support/mqtt/proxy_observer.h"
#include "tests/support/mqtt/shaped_stream.h"
#include "tests/support/mqtt/tamperer.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// Directions as indices: of the side that bytes come from, and of their stream.
inline constexpr std::size_t kFromClient = 0;
inline constexpr std::size_t kFromBroker = 1;

// What happens to all connections of a `FaultProxy`.
struct ProxyFaults {
  // By direction.
  std::array<Shape, 2> shapes;
  // Every PUBACK is taken away.
  bool lose_acks = false;
  Tamperer tamperer;
  // May be none.
  ProxyObserver* observer = nullptr;
};

// One MQTT connection through a `FaultProxy`: two sockets, and what is on the way between
// them.
//
// Belongs to the proxy's thread.
class ProxiedConnection {
 public:
  // `broker` may be none: then nothing ever happens. `faults` outlives this object, and tells its
  // observer of the connection by `number`.
  ProxiedConnection(FileDescriptor client, FileDescriptor broker, std::uint64_t number,
                    unsigned seed, ProxyFaults& faults);

  // Adds what it waits for.
  void AddTo(std::vector<pollfd>& entries, Clock::time_point now) const;
  // When it wants to go on at the latest; nothing if that depends on no time.
  std::optional<Clock::time_point> NextTime(Clock::time_point now) const;

  // Reads, writes, and ends, as far as it may.
  void Advance();
  // Ends both sides by a reset (RST) or in order (FIN).
  void End(bool reset);

  std::uint64_t number() const { return number_; }
  bool ended() const { return ended_; }
  // What CONNECT said.
  const std::string& client_id() const { return client_id_; }
  bool carried_publication() const { return carried_publication_; }

 private:
  struct Side {
    FileDescriptor socket;
    PacketSplitter packets;
    // Nothing more comes: the peer said so, or (`dead`) the connection is gone.
    bool finished = false;
    bool dead = false;
  };

  bool Wants(std::size_t direction) const;
  void Take(std::size_t direction);
  void Read(std::size_t direction);
  void Pass(std::size_t direction, std::string packet);
  void Observe(const std::string& packet);
  void Hear(const std::string& packet);
  void Write(std::size_t direction);
  void EndIfDone(std::size_t direction);

  const std::uint64_t number_;
  ProxyFaults& faults_;
  std::array<Side, 2> sides_;
  std::array<ShapedStream, 2> streams_;
  std::string client_id_;
  bool carried_publication_ = false;
  // By packet identifier; only for an observer.
  std::map<std::uint16_t, Publish> unanswered_;
  bool ended_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PROXIED_CONNECTION_H_
