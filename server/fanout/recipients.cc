#include "server/fanout/recipients.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "server/base/stable_hash.h"

namespace dino::fanout {
namespace {

// The user whose topic has this name; none if it is not a user's.
std::optional<std::int64_t> UserOf(std::string_view name) {
  std::int64_t user_id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), user_id);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  // A leading zero or sign makes another topic.
  if (!whole || name.front() < '1' || name.front() > '9') return std::nullopt;
  return user_id;
}

}  // namespace

Recipients Recipients::OfTopics(std::vector<std::string> names) {
  Recipients recipients;
  recipients.topics_ = std::move(names);
  return recipients;
}

std::size_t Recipients::bytes() const {
  std::size_t total =
      user_ids_.size() * sizeof(std::int64_t) + topics_.size() * sizeof(std::string);
  for (const std::string& topic : topics_) total += topic.size();
  return total;
}

std::uint64_t Recipients::OrderKey(std::size_t index) const {
  if (!are_topics()) return Mix(static_cast<std::uint64_t>(user_ids_[index]));
  const std::string& name = topics_[index];
  const std::optional<std::int64_t> user_id = UserOf(name);
  if (user_id.has_value()) return Mix(static_cast<std::uint64_t>(*user_id));
  return StableHash(name);
}

}  // namespace dino::fanout
