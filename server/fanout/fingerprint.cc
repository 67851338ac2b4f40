#include "server/fanout/fingerprint.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dino::fanout {
namespace {

template <typename Range>
std::string_view BytesOf(const Range& range) {
  return {reinterpret_cast<const char*>(range.data()),
          range.size() * sizeof(typename Range::value_type)};
}

}  // namespace

Fingerprint FingerprintOf(const Event& event) {
  // The sizes keep events apart whose parts join to the same bytes.
  const std::array<std::uint64_t, 3> head = {static_cast<std::uint64_t>(event.qos),
                                             event.type.size(), event.recipients.size()};
  return Sha256({BytesOf(head), event.type, BytesOf(event.recipients), event.json});
}

}  // namespace dino::fanout
