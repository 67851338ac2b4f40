#ifndef DINO_SERVER_GRPC_CALL_METERS_H_
#define DINO_SERVER_GRPC_CALL_METERS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/counters.h"
#include "server/base/histogram.h"

namespace dino::transport {

// Counts the calls of one method. Thread-safe.
class MethodMeter {
 public:
  // gRPC's codes are 0 to 16.
  static constexpr std::size_t kCodes = 17;
  // As Go writes them, by number.
  static constexpr std::array<const char*, kCodes> kCodeNames = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};

  struct Name {
    std::string service;
    std::string method;
    // "unary", "server_stream" or "bidi_stream".
    std::string type;
  };

  explicit MethodMeter(Name name) : name_(std::move(name)) {}

  void Started() { counters_.Add(kStarted); }
  void Received() { counters_.Add(kReceived); }
  void Sent() { counters_.Add(kSent); }
  // A call was answered with this code, so long after it began.
  void Handled(int code, std::chrono::nanoseconds after);

  const Name& name() const { return name_; }
  std::uint64_t started() const { return counters_.Get(kStarted); }
  std::uint64_t received() const { return counters_.Get(kReceived); }
  std::uint64_t sent() const { return counters_.Get(kSent); }
  std::uint64_t handled(std::size_t code) const { return counters_.Get(code); }
  const Histogram& seconds() const { return seconds_; }

 private:
  // Places in `counters_`, after those of the codes.
  enum : std::size_t { kStarted = kCodes, kReceived, kSent, kPlaces };

  const Name name_;
  Counters counters_{kPlaces};
  Histogram seconds_{LatencyBounds()};
};

// Counts the calls of all methods, and why calls were refused, which is to say that nothing of
// them was published; an event of a batch or a stream counts as a call there. Thread-safe once all
// methods were added.
class CallMeters {
 public:
  // `refusals`: the reasons that are counted.
  explicit CallMeters(std::vector<std::string> refusals = {}) : refusals_(std::move(refusals)) {}

  // It lives as long as this object.
  MethodMeter& Add(MethodMeter::Name name) { return methods_.emplace_back(std::move(name)); }
  const std::deque<MethodMeter>& methods() const { return methods_; }

  const std::vector<std::string>& refusals() const { return refusals_; }
  // A call was refused; what is none of `refusals` is not counted.
  void Refused(std::string_view reason);
  // By place in `refusals`.
  std::uint64_t refused(std::size_t index) const { return refused_.Get(index); }

 private:
  std::deque<MethodMeter> methods_;
  const std::vector<std::string> refusals_;
  Counters refused_{refusals_.size()};
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_CALL_METERS_H_
