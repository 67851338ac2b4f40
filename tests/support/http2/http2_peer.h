#ifndef DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_
#define DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/http2/http2_frame.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A client that sends a server whatever the test says: HTTP/2 frames, parts of them, or noise.
//
// By itself it only answers SETTINGS and PING, and only while the test sends or waits, and SETTINGS
// not if it is told so. Waits fail
// the test after `kPatience`. Not thread-safe.
class Http2Peer {
 public:
  // Connects to `port` of 127.0.0.1. Fails the test if it is refused.
  explicit Http2Peer(std::uint16_t port, Where where = Where::Here());
  // Goes on with a connected socket.
  explicit Http2Peer(FileDescriptor socket) : socket_(std::move(socket)) {}

  // Sends bytes and reads at the same time, so that the server never waits for this peer. False if
  // the server has closed the connection.
  bool Send(std::string_view bytes);
  bool Send(const Http2Frame& frame) { return Send(Encode(frame)); }

  // Starts HTTP/2: sends the preface and empty SETTINGS.
  bool Greet();
  // From here on the server's SETTINGS, which are in force only then, are never acknowledged.
  void IgnoreSettings() { acknowledges_settings_ = false; }
  // From here on the server may end the connection while the test waits for something.
  void MayEnd() { may_end_ = true; }
  // Starts a gRPC call with these headers, complete; the body follows.
  bool BeginCall(std::uint32_t stream, const Http2Headers& headers);

  // Sends as many of these bytes of the stream's body as flow control allows now, and returns how
  // many.
  std::size_t SendBody(std::uint32_t stream, std::string_view bytes);

  // Waits for a frame of that type on that stream, and skips others. Fails the test, and returns
  // nothing, if the connection closes first.
  std::optional<Http2Frame> WaitFor(Http2Frame::Type type, std::uint32_t stream,
                                    Where where = Where::Here());
  // Waits until the server ends the stream, with trailers or a reset, and returns that frame.
  std::optional<Http2Frame> WaitForEndOf(std::uint32_t stream, Where where = Where::Here());
  // Waits until the server has ended this many streams.
  void WaitForEnds(std::size_t count, Where where = Where::Here());
  // Waits until the server has read everything sent so far, that is, until it answers a PING.
  bool WaitUntilRead(Where where = Where::Here());
  // Waits until the server closes the connection.
  void WaitForClose(Where where = Where::Here());

  // A setting of the server (RFC 9113, section 6.5.2); nothing if it has not sent it.
  std::optional<std::size_t> Setting(std::size_t identifier) const;

  // Closes the sending side; what the server sends can still be read.
  void FinishSending();

 private:
  static constexpr std::int64_t kFirstWindow = 65535;

  // Reads what is available, once. False if the connection has closed.
  bool Read();
  // Handles frames about the connection. True if nobody else needs the frame.
  bool Handle(const Http2Frame& frame);
  void TakeSettings(std::string_view payload);
  // The next frame for the test. Nothing at `deadline` or at the end of the connection.
  std::optional<Http2Frame> Next(Clock::time_point deadline);
  template <typename Predicate>
  std::optional<Http2Frame> WaitForFrame(const Predicate& wanted, const char* what, Where where);

  FileDescriptor socket_;
  Http2FrameReader frames_;
  bool ended_ = false;
  bool acknowledges_settings_ = true;
  bool may_end_ = false;
  std::map<std::size_t, std::size_t> settings_;

  // The server's flow control windows: of the connection, of a new stream, and by how much each
  // other stream's differs from that.
  std::int64_t connection_window_ = kFirstWindow;
  std::int64_t stream_window_ = kFirstWindow;
  std::map<std::uint32_t, std::int64_t> changes_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_
