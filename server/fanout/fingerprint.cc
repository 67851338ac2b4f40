#include "server/fanout/fingerprint.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"

namespace dino::fanout {
namespace {

template <typename Range>
std::string_view BytesOf(const Range& range) {
  return {reinterpret_cast<const char*>(range.data()),
          range.size() * sizeof(typename Range::value_type)};
}

// Each part after its length.
std::string Joined(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) absl::StrAppend(&joined, part.size(), ":", part);
  return joined;
}

std::string Joined(const Overlays& overlays) {
  const absl::btree_map<std::int64_t, std::string_view> sorted(overlays.begin(), overlays.end());
  std::string joined;
  for (const auto& [user_id, members] : sorted) {
    absl::StrAppend(&joined, user_id, ":", members.size(), ":",
                    absl::string_view(members.data(), members.size()));
  }
  return joined;
}

}  // namespace

Fingerprint FingerprintOf(const Event& event) {
  // The sizes tell events apart whose parts concatenate to the same bytes.
  const std::string topics = Joined(event.recipients.topics());
  const std::string overlays = event.overlays == nullptr ? "" : Joined(*event.overlays);
  const std::array<std::uint64_t, 5> head = {static_cast<std::uint64_t>(event.qos),
                                             event.type.size(), event.recipients.size(),
                                             topics.size(), overlays.size()};
  return Sha256({BytesOf(head), event.type, BytesOf(event.recipients.user_ids()), topics, overlays,
                 event.json});
}

}  // namespace dino::fanout
