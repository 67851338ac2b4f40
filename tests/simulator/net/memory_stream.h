#ifndef DINO_TESTS_SIMULATOR_NET_MEMORY_STREAM_H_
#define DINO_TESTS_SIMULATOR_NET_MEMORY_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "server/mqtt/link/byte_stream.h"
#include "tests/simulator/net/memory_poller.h"
#include "tests/simulator/net/stream_tap.h"
#include "tests/simulator/net/wire.h"

namespace dino::simulator {

// The bridge's end of a connection in memory; its destructor closes it.
class MemoryStream : public mqtt::ByteStream {
 public:
  // The poller outlives the stream.
  MemoryStream(std::shared_ptr<Wire> wire, MemoryPoller& poller, std::unique_ptr<StreamTap> tap)
      : wire_(std::move(wire)), poller_(poller), tap_(std::move(tap)) {}
  ~MemoryStream() override;

  void Watch(mqtt::SocketHandler& handler) override { poller_.Watch(wire_, handler, pending()); }
  // The same before there is a connection: tells of room although nothing waits for it.
  void WatchReached(mqtt::SocketHandler& handler) { poller_.Watch(wire_, handler, true); }
  void AcknowledgeReceived() override {}

  std::int64_t ReadSome(char* data, std::size_t size) override;

 private:
  std::int64_t WriteSome(std::string_view bytes) override;

  const std::shared_ptr<Wire> wire_;
  MemoryPoller& poller_;
  const std::unique_ptr<StreamTap> tap_;
  // Whether something waits, or waited just now, for room.
  bool waits_ = false;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_MEMORY_STREAM_H_
