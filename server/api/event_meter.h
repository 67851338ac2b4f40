#ifndef DINO_SERVER_API_EVENT_METER_H_
#define DINO_SERVER_API_EVENT_METER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/counters.h"

namespace dino::api {

// Counts events by how they came and how they ended, and the recipients that they did not reach.
// Thread-safe.
class EventMeter {
 public:
  // In a call of its own, or with others.
  enum class Via : std::uint8_t { kUnary, kBatch, kStream };
  static constexpr std::array<const char*, 3> kViaNames = {"unary", "batch", "stream"};

  struct Names {
    std::vector<std::string_view> kinds;
    // How events end. The first one is success, the last one stands for what is none of them.
    std::vector<std::string> results;
    // Why recipients are not reached; the same for the last one.
    std::vector<std::string> reasons;
  };

  // REQUIRES: no list of names is empty.
  explicit EventMeter(Names names);

  // An event has succeeded, or has ended with that result; so has a call that was refused as a
  // whole, which counts as one event.
  void Succeeded(Via via) { ended_.Add(PlaceOf(via, 0)); }
  void Ended(Via via, std::string_view result);
  // An event of this kind, by its place in the names, did not reach so many recipients.
  void Failed(std::size_t kind, std::string_view reason, std::uint64_t recipients);

  const Names& names() const { return names_; }
  // By place in the names.
  std::uint64_t ended(Via via, std::size_t result) const {
    return ended_.Get(PlaceOf(via, result));
  }
  std::uint64_t failed(std::size_t kind, std::size_t reason) const {
    return failed_.Get(kind * names_.reasons.size() + reason);
  }

 private:
  std::size_t PlaceOf(Via via, std::size_t result) const {
    return static_cast<std::size_t>(via) * names_.results.size() + result;
  }

  const Names names_;
  Counters ended_;
  Counters failed_;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_METER_H_
