#include "server/event/event_traits.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "absl/container/flat_hash_set.h"

namespace dino::event {
namespace {

using UserIdList = google::protobuf::RepeatedField<std::int64_t>;

// Up to here looking through the answer costs less than a set.
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

}  // namespace

std::vector<std::int64_t> DistinctUsers(const UserIdList& user_ids) {
  if (user_ids.size() <= kMaxScanned) return ScannedDistinct(user_ids);
  // Lists out of a database tend to be sorted: then nothing can repeat.
  if (std::adjacent_find(user_ids.begin(), user_ids.end(), std::greater_equal<>()) ==
      user_ids.end()) {
    return {user_ids.begin(), user_ids.end()};
  }
  return HashedDistinct(user_ids);
}

std::vector<std::int64_t> Recipients(const v1::PublishGroupRequest& request) {
  return DistinctUsers(request.user_ids().empty() ? request.group().user_ids()
                                                  : request.user_ids());
}

std::vector<std::string> Topics(const v1::PublishCustomRequest& request) {
  absl::flat_hash_set<std::string_view> seen;
  std::vector<std::string> distinct;
  for (const std::string& topic : request.topics()) {
    if (seen.insert(topic).second) distinct.push_back(topic);
  }
  return distinct;
}

std::string_view EventType(const v1::PublishCustomRequest& request) {
  return request.custom().event_type();
}

std::size_t IndexOfKind(std::string_view kind) {
  return static_cast<std::size_t>(std::find(kEventKinds.begin(), kEventKinds.end(), kind) -
                                  kEventKinds.begin());
}

bool IsTypedEvent(std::string_view event_type) {
  // The last kind is none.
  const auto* const last = std::prev(kEventKinds.end());
  return std::find(kEventKinds.begin(), last, event_type) != last;
}

std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry) {
  return static_cast<std::uint32_t>(expiry.seconds() + (expiry.nanos() > 0 ? 1 : 0));
}

}  // namespace dino::event
