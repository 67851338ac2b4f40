#ifndef DINO_SERVER_FANOUT_TOPIC_TEMPLATE_H_
#define DINO_SERVER_FANOUT_TOPIC_TEMPLATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace dino::fanout {

// Turns a user into the MQTT topic of that user, `dms/{environment}/{user_id}` say.
//
// A parsed template makes only topics that brokers accept. Immutable, so thread-safe.
class TopicTemplate {
 public:
  // Reads `text`, in which `{environment}` stands for `environment` and `{user_id}` for
  // the user's ID in decimal. Fails with INVALID_ARGUMENT, naming the rule, unless
  //
  //  - `{user_id}` occurs once, as a whole level, and `{environment}` at most once;
  //  - there is no other `{` or `}`, no `+` and no `#`;
  //  - the topic does not begin with `$`, and has at most 10 levels and 1,024 bytes;
  //  - `environment` is 1 to 64 bytes without `/`;
  //  - both are UTF-8 without control and non-characters.
  static absl::StatusOr<TopicTemplate> Parse(std::string_view text, std::string_view environment);

  // Overwrites `topic` with the topic of `user_id`. Allocates nothing if `topic` has the capacity.
  void Write(std::int64_t user_id, std::string& topic) const;

  // The same with a name in place of the user's ID.
  //
  // REQUIRES: `name` has at most `max_name_levels()` levels and obeys the rules above.
  void Write(std::string_view name, std::string& topic) const;

  // How many levels a name in place of the user's ID may have.
  std::size_t max_name_levels() const;

 private:
  TopicTemplate(std::string prefix, std::string suffix)
      : prefix_(std::move(prefix)), suffix_(std::move(suffix)) {}

  // The text before and after the user's ID.
  std::string prefix_;
  std::string suffix_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_TOPIC_TEMPLATE_H_
