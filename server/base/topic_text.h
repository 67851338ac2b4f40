#ifndef DINO_SERVER_BASE_TOPIC_TEXT_H_
#define DINO_SERVER_BASE_TOPIC_TEXT_H_

#include <cstddef>
#include <string_view>

namespace dino {

inline constexpr std::size_t kMaxTopicNameBytes = 255;

// Says which rule a part of an MQTT topic breaks, as "must be UTF-8"; empty if it may be published
// to with any broker: UTF-8 without wildcards, control and non-characters.
std::string_view TopicTextRule(std::string_view text);

// The same for what stands in the place of a user's ID in a topic: levels that are not empty, and
// not a `$` at the beginning.
std::string_view TopicNameRule(std::string_view name, std::size_t max_levels);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TOPIC_TEXT_H_
