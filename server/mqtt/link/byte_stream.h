#ifndef DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_
#define DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

struct ssl_st;

namespace dino::mqtt {

// The bytes of a connection that stands, in TLS or in the clear. Never blocks. Not thread-safe.
class ByteStream {
 public:
  // `tls`, if it is not null, has done its handshake on the socket. Both stay the caller's.
  ByteStream(int socket, ssl_st* tls);

  // What is to be written goes to the end of this; `Flush` takes it from there.
  std::string& output() { return output_; }

  // Writes as much of the output as there is room for. An error means that the connection is lost.
  absl::Status Flush();

  // Whether output waits for room.
  bool pending() const { return !output_.empty(); }
  // How many bytes have been put in the output so far, and how many of them were written.
  std::uint64_t put() const { return written_ + output_.size() - done_; }
  std::uint64_t written() const { return written_; }

  // Reads what has come and hands it on, until there is no more or `take` fails. An error is that
  // of `take`, or means that the connection is lost.
  absl::Status Read(absl::FunctionRef<absl::Status(std::string_view)> take);

 private:
  // Forgets what was written, so that an output that never becomes empty does not grow for ever.
  void Compact();

  // As read(2) and write(2) do it: -1 with EAGAIN if that must wait, 0 at the end.
  std::int64_t ReadSome(char* data, std::size_t size);
  std::int64_t WriteSome(std::string_view bytes);

  // What TLS says of a step that returned no more than 0, for `ReadSome` and `WriteSome`.
  std::int64_t TlsResult(int result);
  // Of errno.
  absl::Status Lost(const char* what) const;

  const int socket_;
  ssl_st* const tls_;
  std::string output_;
  // How much at its start was written.
  std::size_t done_ = 0;
  std::uint64_t written_ = 0;
  // What TLS found wrong; empty if nothing.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_BYTE_STREAM_H_
