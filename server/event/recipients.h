#ifndef DINO_SERVER_EVENT_RECIPIENTS_H_
#define DINO_SERVER_EVENT_RECIPIENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/repeated_field.h"

namespace dino::event {

// The recipients of an event: users, or else topics by name. Each appears once, in the order of
// first mention.
struct Recipients {
  std::vector<std::int64_t> user_ids = {};
  std::vector<std::string> topics = {};
  // Extra members of the event for single users, by user ID: JSON text such as `"a":1,"b":2`,
  // sorted by key.
  absl::flat_hash_map<std::int64_t, std::string> overlays = {};
};

// The users of a list. Linear in the list.
Recipients ToUsers(const google::protobuf::RepeatedField<std::int64_t>& user_ids);

// The topics of a list.
Recipients ToTopics(const google::protobuf::RepeatedPtrField<std::string>& topics);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_RECIPIENTS_H_
