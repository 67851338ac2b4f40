#ifndef DINO_SERVER_AUTH_EVENT_TYPE_PATTERN_H_
#define DINO_SERVER_AUTH_EVENT_TYPE_PATTERN_H_

#include <string_view>

namespace dino::auth {

// A pattern is an `event_type`, or the beginning of some and `*`.

// The rule that a pattern breaks; empty if it breaks none.
std::string_view EventTypePatternRule(std::string_view pattern);

// Whether a pattern matches a type. REQUIRES: it breaks no rule.
bool EventTypeMatches(std::string_view pattern, std::string_view event_type);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_EVENT_TYPE_PATTERN_H_
