#ifndef DINO_SERVER_BASE_TOPIC_TEXT_H_
#define DINO_SERVER_BASE_TOPIC_TEXT_H_

#include <cstddef>
#include <string_view>

namespace dino {

inline constexpr std::size_t kMaxTopicNameBytes = 255;

// The rule that a part of an MQTT topic breaks, such as "must be UTF-8"; empty if every broker
// accepts it: UTF-8 without wildcards, control characters and non-characters.
std::string_view TopicTextRule(std::string_view text);

// The same for a name in place of a user's ID in a topic, which also has no empty level and no
// leading `$`.
std::string_view TopicNameRule(std::string_view name, std::size_t max_levels);

// The same for an MQTT filter of such names: `+` stands for one level, and `#`, which comes last,
// for this level and all below it, or none.
std::string_view TopicFilterRule(std::string_view filter, std::size_t max_levels);

// Whether a filter matches a name. REQUIRES: neither breaks its rule.
bool TopicFilterMatches(std::string_view filter, std::string_view name);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TOPIC_TEXT_H_
