#ifndef DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_
#define DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/http2/http2_frame.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A client that sends a server whatever the test says: HTTP/2 frames, parts of them, or noise.
//
// It does nothing by itself but answer SETTINGS and PING, and that only while the test sends or
// waits. Waits fail the test after `kPatience`. Not thread-safe.
class Http2Peer {
 public:
  // Connects to `port` of 127.0.0.1. Fails the test if it is refused.
  explicit Http2Peer(std::uint16_t port, Where where = Where::Here());

  // Sends bytes, and reads meanwhile, so that the server never waits for this peer. False if
  // the server has ended the connection.
  bool Send(std::string_view bytes);
  bool Send(const Http2Frame& frame) { return Send(Encode(frame)); }

  // Begins HTTP/2: sends the preface and empty SETTINGS.
  bool Greet();
  // Begins a call of gRPC with these headers, whole; the body is to come.
  bool BeginCall(std::uint32_t stream, const Http2Headers& headers);

  // Sends as many of the bytes as the stream's body as the server's flow control takes now, and
  // returns how many that were.
  std::size_t SendBody(std::uint32_t stream, std::string_view bytes);

  // Waits for a frame of that type on that stream, and passes over others. Fails the test, and
  // returns nothing, if the connection ends without it.
  std::optional<Http2Frame> WaitFor(Http2Frame::Type type, std::uint32_t stream,
                                    Where where = Where::Here());
  // Waits until the server ends the stream, by the headers after an answer or by a reset, and
  // returns that frame.
  std::optional<Http2Frame> WaitForEndOf(std::uint32_t stream, Where where = Where::Here());
  // Waits until the server has ended so many streams.
  void WaitForEnds(std::size_t count, Where where = Where::Here());
  // Waits until the server has read all that was sent: until it answers a PING.
  bool WaitUntilRead(Where where = Where::Here());
  // Waits until the server ends the connection.
  void WaitForClose(Where where = Where::Here());

  // What the server has said of itself (RFC 9113, section 6.5.2); nothing if it has not.
  std::optional<std::size_t> Setting(std::size_t identifier) const;

  // Nothing more is sent; what the server sends can still be read.
  void FinishSending();

 private:
  static constexpr std::int64_t kFirstWindow = 65535;

  // Reads once what there is. False if the connection has ended.
  bool Read();
  // Takes what the server says of itself. True if the frame needs nobody else's attention.
  bool Handle(const Http2Frame& frame);
  void TakeSettings(std::string_view payload);
  // The next frame that is no business of this class. Nothing at `deadline` or at the end.
  std::optional<Http2Frame> Next(Clock::time_point deadline);
  template <typename Predicate>
  std::optional<Http2Frame> WaitForFrame(const Predicate& wanted, const char* what, Where where);

  FileDescriptor socket_;
  Http2FrameReader frames_;
  bool ended_ = false;
  std::map<std::size_t, std::size_t> settings_;

  // How many bytes of bodies the server takes now: of all streams, of one that is new, and how
  // many more or less of each of the others.
  std::int64_t connection_window_ = kFirstWindow;
  std::int64_t stream_window_ = kFirstWindow;
  std::map<std::uint32_t, std::int64_t> changes_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_HTTP2_HTTP2_PEER_H_
