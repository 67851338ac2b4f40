#include "server/fanout/fingerprint.h"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/container/btree_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "server/base/digest.h"
#include "server/base/little_endian.h"
#include "server/base/stable_hash.h"

namespace dino::fanout {
namespace {

std::string BytesOf(std::initializer_list<std::uint64_t> numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * kLittleEndianBytes);
  for (const std::uint64_t number : numbers) AppendLittleEndian(number, bytes);
  return bytes;
}

// Each part after its length.
std::string Joined(const Overlays& overlays) {
  const absl::btree_map<std::int64_t, std::string_view> sorted(overlays.begin(), overlays.end());
  std::string joined;
  for (const auto& [user_id, members] : sorted) {
    absl::StrAppend(&joined, user_id, ":", members.size(), ":",
                    absl::string_view(members.data(), members.size()));
  }
  return joined;
}

// Two sums over a set, whatever its order.
struct SetHash {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  void Add(std::uint64_t element) {
    constexpr std::uint64_t kOther = 0x9E3779B97F4A7C15U;
    first += Mix(element);
    second += Mix(element + kOther);
  }
};

SetHash HashOf(const Recipients& recipients) {
  SetHash hash;
  for (const std::int64_t user_id : recipients.user_ids()) {
    hash.Add(static_cast<std::uint64_t>(user_id));
  }
  for (const std::string& topic : recipients.topics()) hash.Add(StableHash(topic));
  return hash;
}

}  // namespace

Fingerprint FingerprintOf(mqtt::Qos qos, std::string_view type, std::string_view json,
                          const Recipients& recipients, const Overlays* overlays) {
  const SetHash set = HashOf(recipients);
  const std::string joined = overlays == nullptr ? "" : Joined(*overlays);
  // The sizes tell events apart whose parts concatenate to the same bytes.
  const std::string head =
      BytesOf({static_cast<std::uint64_t>(qos), type.size(), recipients.user_ids().size(),
               recipients.topics().size(), set.first, set.second, joined.size()});
  const Sha256Digest digest = Sha256({head, type, joined, json});
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  return {ReadLittleEndian(bytes), ReadLittleEndian(bytes.substr(kLittleEndianBytes))};
}

Fingerprint FingerprintOf(const Event& event) {
  return FingerprintOf(event.qos, event.type, event.json, event.recipients, event.overlays.get());
}

std::uint64_t LocalFingerprintOf(const Event& event) {
  const Recipients& recipients = event.recipients;
  std::uint64_t overlays = 0;
  if (event.overlays != nullptr) {
    // A sum, because their order is not always the same.
    for (const auto& [user_id, members] : *event.overlays) {
      overlays += absl::HashOf(user_id, members);
    }
  }
  return absl::HashOf(event.qos, event.type, event.json, overlays, recipients.user_ids().size(),
                      recipients.topics().size(), HashOf(recipients).first);
}

}  // namespace dino::fanout
