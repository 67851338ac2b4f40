#ifndef DINO_TESTS_SIMULATOR_NET_STREAM_TAP_H_
#define DINO_TESTS_SIMULATOR_NET_STREAM_TAP_H_

#include <string_view>

namespace dino::simulator {

// Who listens at the bridge's end of a connection.
class StreamTap {
 public:
  virtual ~StreamTap() = default;

  // The bridge has written these bytes, or has read them. `waited`: it had to wait for room.
  virtual void OnWritten(std::string_view bytes, bool waited) = 0;
  virtual void OnRead(std::string_view bytes) = 0;
  // The bridge has closed the connection.
  virtual void OnClosed() = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_STREAM_TAP_H_
