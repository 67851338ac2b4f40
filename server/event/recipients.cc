#include "server/event/recipients.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string_view>

#include "absl/container/flat_hash_set.h"

namespace dino::event {
namespace {

using UserIdList = google::protobuf::RepeatedField<std::int64_t>;

// Up to this length a linear search costs less than a set.
constexpr int kMaxScanned = 16;
// Far longer lists are mostly repetitions: room for all entries would be wasted.
constexpr std::size_t kMaxReserved = 16384;

std::vector<std::int64_t> ScannedDistinct(const UserIdList& ids) {
  std::vector<std::int64_t> distinct;
  distinct.reserve(static_cast<std::size_t>(ids.size()));
  for (const std::int64_t id : ids) {
    if (std::find(distinct.begin(), distinct.end(), id) == distinct.end()) distinct.push_back(id);
  }
  return distinct;
}

std::vector<std::int64_t> HashedDistinct(const UserIdList& ids) {
  const std::size_t room = std::min(static_cast<std::size_t>(ids.size()), kMaxReserved);
  absl::flat_hash_set<std::int64_t> seen;
  seen.reserve(room);
  std::vector<std::int64_t> distinct;
  distinct.reserve(room);
  for (const std::int64_t id : ids) {
    if (seen.insert(id).second) distinct.push_back(id);
  }
  return distinct;
}

std::vector<std::int64_t> DistinctUsers(const UserIdList& ids) {
  if (ids.size() <= kMaxScanned) return ScannedDistinct(ids);
  // Lists from a database tend to be sorted; a strictly ascending one has no repetitions.
  if (std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end()) {
    return {ids.begin(), ids.end()};
  }
  return HashedDistinct(ids);
}

}  // namespace

Recipients ToUsers(const UserIdList& user_ids) {
  Recipients recipients;
  recipients.user_ids = DistinctUsers(user_ids);
  return recipients;
}

Recipients ToTopics(const google::protobuf::RepeatedPtrField<std::string>& topics) {
  Recipients recipients;
  absl::flat_hash_set<std::string_view> seen;
  for (const std::string& topic : topics) {
    if (seen.insert(topic).second) recipients.topics.push_back(topic);
  }
  return recipients;
}

}  // namespace dino::event
