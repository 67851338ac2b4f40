#ifndef DINO_SERVER_EVENT_RECIPIENTS_H_
#define DINO_SERVER_EVENT_RECIPIENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/repeated_field.h"

namespace dino::event {

// Whom an event is for: users, or else topics by name. Each stands once, in the order of their
// first mention.
struct Recipients {
  std::vector<std::int64_t> user_ids = {};
  std::vector<std::string> topics = {};
  // What single users get beside the rest of the event: by user ID, members of a JSON object as
  // `"a":1,"b":2`, sorted by key.
  absl::flat_hash_map<std::int64_t, std::string> overlays = {};
};

// The users of a list. Linear in the list.
Recipients ToUsers(const google::protobuf::RepeatedField<std::int64_t>& user_ids);

// The topics of a list.
Recipients ToTopics(const google::protobuf::RepeatedPtrField<std::string>& topics);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_RECIPIENTS_H_
