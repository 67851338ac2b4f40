#ifndef DINO_SERVER_GRPC_CALL_H_
#define DINO_SERVER_GRPC_CALL_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "server/base/clock.h"
#include "server/grpc/message.h"

namespace dino::transport {

using MetadataValues = absl::InlinedVector<std::string_view, 1>;

// One call of a method, as its handler sees it: its metadata at once, its messages one by one when
// it asks for them.
//
// It lives until it has been answered and the library has told all of it, and as long as anybody
// holds it. What is not said to be thread-safe belongs to the thread of its events.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  // The values that the caller gave a key of metadata; they live as long as the call.
  virtual MetadataValues Metadata(std::string_view key) const = 0;
  // The caller's address: `10.0.0.1:50000`, `[::1]:50000`; `192.0.2.1 through 10.0.0.1:50000` if a
  // proxy says so. Thread-safe.
  virtual std::string Peer() const = 0;
  // To whom it counts where limits go by address: the peer's network, or that of whom a proxy
  // names, or else the proxy's connection. Not text. Thread-safe.
  virtual std::string Network() const = 0;
  // Whether it comes from one of the proxies that speak for others, and whose metadata can be
  // believed. Thread-safe.
  virtual bool through_proxy() const = 0;
  // PEM of the certificate that the caller's connection has shown, and whose authority and dates
  // were verified; none without TLS or without a certificate. It lives as long as the call.
  virtual std::optional<std::string_view> Certificate() const = 0;
  // PEM of the other certificates that the connection has shown, those of intermediate authorities
  // as a rule; nothing was verified of them. Empty if it resumed an earlier session. As long as the
  // call.
  virtual std::string_view CertificateChain() const = 0;
  // When it must be answered: a little before the caller's deadline, so that an error still
  // reaches the caller with its details; none if the caller set none.
  virtual std::optional<Clock::time_point> answer_by() const = 0;

  // Whether a stream's deadline has passed, so that it is what ended the stream if nobody else did:
  // a caller whose deadline passes cancels it a little before we know of that. Thread-safe.
  virtual bool overdue() const = 0;

  // When its connection has become so old that a stream on it should end: a while before the
  // library cuts it, and after it has told the client to open another one.
  virtual Clock::time_point connection_end() const = 0;

  // Who calls is known: at the limit of connections, this one ends after all those of strangers.
  // Thread-safe.
  virtual void NoteKnown() = 0;

  // Asks for the next message; one at a time.
  virtual void Read() = 0;
  // Sends a message; one at a time. `more`: another one follows at once. Thread-safe.
  virtual void Write(const Message& message, bool more) = 0;
  // Ends the call, once, while nothing is being sent: with an answer as the last message, or with
  // an error that may be repeated after `retry_after`. Thread-safe; the call may be gone when it
  // returns, unless somebody holds it.
  virtual void Finish(const Message& answer) = 0;
  virtual void Finish(const grpc::Status& status,
                      std::optional<std::chrono::milliseconds> retry_after) = 0;
  void Finish(const grpc::Status& status) { Finish(status, std::nullopt); }
  // Ends the call like `Finish` before anything of it was asked for. While too many such answers to
  // its network have not been read, it is reset instead, so that those who do not read them cost no
  // memory.
  virtual void Reject(const grpc::Status& status,
                      std::optional<std::chrono::milliseconds> retry_after) = 0;

  // Keeps it, and its handler, until as many calls of `Release`. Thread-safe.
  virtual void Hold() = 0;
  virtual void Release() = 0;
};

// What handles one call. All is called on the thread of the call's events.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  // The call has begun; no message was asked for. `Finish` is called then or later, exactly once.
  virtual void OnBegin() = 0;
  // A message that was asked for; it is gone when this returns.
  virtual void OnMessage(const Message& message) = 0;
  // No message will come any more: the caller has sent all, or has gone.
  virtual void OnNoMessage() = 0;
  // What was given to `Write` has gone its way, or the caller has gone.
  virtual void OnWritten(bool /*ok*/) {}
  // The caller has gone, or its deadline has passed. `Finish` is still called.
  virtual void OnCancelled() {}
  // The end was sent to the caller, or the caller has gone.
  virtual void OnFinished(bool /*ok*/) {}
};

// A method that is served.
struct Method {
  enum class Type : std::uint8_t { kUnary, kServerStream, kBidiStream };
  // What bounds the calls of a method.
  enum class Bound : std::uint8_t {
    kHandler,  // What its handler takes for them.
    kAnswers,  // Anybody may call: as rejected calls are, by network.
    kWatches,  // Anybody may call, and stay: by network.
  };

  // `package.Service`, and the method's name in it.
  std::string service;
  std::string name;
  Type type = Type::kUnary;
  Bound bound = Bound::kHandler;
  // Makes the handler of a call.
  std::function<std::unique_ptr<Handler>(Call& call)> handle;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_CALL_H_
