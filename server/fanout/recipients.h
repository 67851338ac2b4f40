#ifndef DINO_SERVER_FANOUT_RECIPIENTS_H_
#define DINO_SERVER_FANOUT_RECIPIENTS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace dino::fanout {

// The recipients of an event: users, or topics by name; in the order of the request, each once.
class Recipients {
 public:
  Recipients() = default;
  // Implicit, because nearly every event has users.
  Recipients(std::vector<std::int64_t> user_ids)  // NOLINT(google-explicit-constructor)
      : user_ids_(std::move(user_ids)) {}
  Recipients(std::initializer_list<std::int64_t> user_ids) : user_ids_(user_ids) {}
  static Recipients OfTopics(std::vector<std::string> names);

  std::size_t size() const { return user_ids_.size() + topics_.size(); }
  bool are_topics() const { return !topics_.empty(); }

  // The users, or the topics; the other list is empty.
  const std::vector<std::int64_t>& user_ids() const { return user_ids_; }
  const std::vector<std::string>& topics() const { return topics_; }

  // What they take in memory beside the object.
  std::size_t bytes() const;

  // The same number for recipients with the same topic, in every process.
  std::uint64_t OrderKey(std::size_t index) const;

  // The recipients for whose index `keep` is true.
  template <typename Condition>
  Recipients Only(Condition keep) const {
    Recipients kept;
    for (std::size_t i = 0; i < user_ids_.size(); ++i) {
      if (keep(i)) kept.user_ids_.push_back(user_ids_[i]);
    }
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      if (keep(i)) kept.topics_.push_back(topics_[i]);
    }
    return kept;
  }

 private:
  // One of them is empty.
  std::vector<std::int64_t> user_ids_;
  std::vector<std::string> topics_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_RECIPIENTS_H_
