#ifndef DINO_SERVER_BASE_TRACEPARENT_H_
#define DINO_SERVER_BASE_TRACEPARENT_H_

#include <string_view>

namespace dino {

// True if `text` is a W3C `traceparent` of version 00.
bool IsTraceparent(std::string_view text);

// The trace's ID in a valid one, empty if `traceparent` is.
std::string_view TraceIdOf(std::string_view traceparent);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TRACEPARENT_H_
