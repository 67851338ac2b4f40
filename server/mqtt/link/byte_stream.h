#ifndef DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_
#define DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/mqtt/link/loss.h"
#include "server/mqtt/link/poller.h"

namespace dino::mqtt {

// The bytes of a connection that stands, and the buffer of what is to be written. What carries them
// is a derived class's. Never blocks. Not thread-safe.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // What is to be written goes to the end of this; `Flush` takes it from there.
  std::string& output() { return output_; }

  // Writes as much of the output as there is room for. An error means that the connection is lost,
  // see `loss`.
  absl::Status Flush();

  // Whether output waits for room.
  bool pending() const { return !output_.empty(); }
  // How many bytes have been put in the output so far, and how many of them were written.
  std::uint64_t put() const { return written_ + output_.size() - done_; }
  std::uint64_t written() const { return written_; }

  // Reads what has come and hands it on, until there is no more, `take` fails, or others that share
  // the poller must have their turn; then the handler is told again. An error is that of `take`, or
  // means that the connection is lost.
  absl::Status Read(absl::FunctionRef<absl::Status(std::string_view)> take);

  // How the connection was lost; none as long as it is not.
  const std::optional<Loss>& loss() const { return loss_; }

  // Tells `handler`, and nobody else, from now on when there is something to read and, while
  // `pending()`, when there is room. To be called again when that has changed.
  virtual void Watch(SocketHandler& handler) = 0;

  // Tells the peer now that what has come was received, and not some 40 ms later.
  virtual void AcknowledgeReceived() = 0;

 protected:
  // How the connection was lost, after reading or writing (`what`) failed and left `errno`.
  virtual Loss WhyLost(const char* what) const;

 private:
  // As read(2) and write(2) do it: -1 with EAGAIN if that must wait, 0 at the end.
  virtual std::int64_t ReadSome(char* data, std::size_t size) = 0;
  virtual std::int64_t WriteSome(std::string_view bytes) = 0;
  // Whether there is something to read of which no poller tells.
  virtual bool HoldsUnread() const { return false; }
  // Has the handler told of that soon.
  virtual void ReadLater() {}
  absl::Status Lose(const char* what);
  // Forgets what was written, so that an output that never becomes empty does not grow for ever.
  void Compact();

  std::string output_;
  // How much at its start was written.
  std::size_t done_ = 0;
  std::uint64_t written_ = 0;
  std::optional<Loss> loss_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_
