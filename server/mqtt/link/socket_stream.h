#ifndef DINO_SERVER_MQTT_LINK_SOCKET_STREAM_H_
#define DINO_SERVER_MQTT_LINK_SOCKET_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/mqtt/link/byte_stream.h"
#include "server/mqtt/link/epoll_poller.h"

struct ssl_st;

namespace dino::mqtt {

// The bytes of a socket, in TLS or in the clear. Not thread-safe.
class SocketStream : public ByteStream {
 public:
  // `tls`, if it is not null, has done its handshake on the socket, which `poller` watches. Both
  // stay open as long as `owner` lives, which may be null where they outlive the stream anyway.
  SocketStream(EpollPoller& poller, int socket, ssl_st* tls, std::shared_ptr<void> owner);
  ~SocketStream() override;

  void Watch(SocketHandler& handler) override;
  void AcknowledgeReceived() override;

 protected:
  Loss WhyLost(const char* what) const override;

 private:
  std::int64_t ReadSome(char* data, std::size_t size) override;
  std::int64_t WriteSome(std::string_view bytes) override;
  // What TLS has taken from the socket already.
  bool HoldsUnread() const override;
  void ReadLater() override;

  // What TLS says of a step that returned no more than 0, for `ReadSome` and `WriteSome`.
  std::int64_t TlsResult(int result);

  EpollPoller& poller_;
  const std::shared_ptr<void> owner_;
  const int socket_;
  ssl_st* const tls_;
  SocketHandler* handler_ = nullptr;
  std::uint32_t watched_events_ = 0;
  // What TLS found wrong; empty if nothing.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_SOCKET_STREAM_H_
