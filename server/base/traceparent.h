#ifndef DINO_SERVER_BASE_TRACEPARENT_H_
#define DINO_SERVER_BASE_TRACEPARENT_H_

#include <string_view>

namespace dino {

// True if `text` is a W3C `traceparent` of version 00.
bool IsTraceparent(std::string_view text);

// Whether a valid `traceparent` says that its trace is recorded; false if it is empty.
bool IsSampled(std::string_view traceparent);

// The trace ID of a valid `traceparent`; empty if `traceparent` is empty.
std::string_view TraceIdOf(std::string_view traceparent);

// The same of the ID of the span that it names.
std::string_view ParentIdOf(std::string_view traceparent);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TRACEPARENT_H_
