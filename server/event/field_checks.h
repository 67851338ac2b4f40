#ifndef DINO_SERVER_EVENT_FIELD_CHECKS_H_
#define DINO_SERVER_EVENT_FIELD_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/event/violations.h"

namespace dino::event {

// 2^53-1: above it a JavaScript subscriber no longer reads every number exactly.
inline constexpr std::int64_t kMaxUserId = 9007199254740991;

inline constexpr std::size_t kMaxFileIdBytes = 255;

// Whether a list has more than `limit` different entries. Stops at the first one too many, which
// also bounds the memory.
template <typename Entry, typename List>
bool HasMoreDifferentThan(std::size_t limit, const List& list) {
  if (static_cast<std::size_t>(list.size()) <= limit) return false;
  absl::flat_hash_set<Entry> seen;
  for (const auto& entry : list) {
    seen.emplace(entry);
    if (seen.size() > limit) return true;
  }
  return false;
}

// Checks the fields of one message and adds violations under the path `parent` + field. Allocates
// nothing for valid fields.
class FieldChecks {
 public:
  // `parent` is "" or ends in '.'. REQUIRES: both outlive this.
  FieldChecks(std::string_view parent, Violations& violations)
      : parent_(parent), violations_(violations) {}

  void Uuid(std::string_view field, std::string_view value);
  void UserId(std::string_view field, std::int64_t value);
  // 1 to `max_bytes` bytes.
  void Text(std::string_view field, std::string_view value, std::size_t max_bytes);
  void MessageType(std::string_view field, std::string_view value);
  void IdempotencyKey(std::string_view field, std::string_view value);
  void Time(std::string_view field, bool is_set, const google::protobuf::Timestamp& value);
  void Expiry(std::string_view field, const google::protobuf::Duration& value);
  // Each entry, and at most `max_different` different users: a repeated recipient counts once.
  void Recipients(std::string_view field, const google::protobuf::RepeatedField<std::int64_t>& ids,
                  std::size_t max_different);

  // Lists of an event, which are written as given: repeated entries count.

  // At most `max_count` users.
  void UserIds(std::string_view field, const google::protobuf::RepeatedField<std::int64_t>& ids,
               std::size_t max_count);
  // 1 to `max_count` UUIDs.
  void Uuids(std::string_view field, const google::protobuf::RepeatedPtrField<std::string>& values,
             std::size_t max_count);
  // 1 to `max_count` texts of 1 to `max_bytes` bytes.
  void Texts(std::string_view field, const google::protobuf::RepeatedPtrField<std::string>& values,
             std::size_t max_count, std::size_t max_bytes);

  void Add(std::string_view field, std::string_view description);
  // The same for an entry of a list.
  void AddEntry(std::string_view field, int index, std::string_view description);

 private:
  // Checks that a list has 1 to `max_count` entries.
  void Count(std::string_view field, int count, std::size_t max_count);
  void EachUserId(std::string_view field, const google::protobuf::RepeatedField<std::int64_t>& ids);

  std::string_view parent_;
  Violations& violations_;
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_FIELD_CHECKS_H_
