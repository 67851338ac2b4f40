#ifndef DINO_SERVER_TRACE_SPAN_H_
#define DINO_SERVER_TRACE_SPAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/base/clock.h"

namespace dino::trace {

// Which span it is: hexadecimal, as in W3C's `traceparent`.
struct SpanContext {
  std::string trace_id;
  std::string span_id;
  // Of the span that caused it, maybe another process's; empty for the first one of its trace.
  std::string parent_id;
};

// Its place in the way of a request. The numbers are those of OTLP.
enum class SpanKind : std::uint8_t { kInternal = 1, kServer = 2, kClient = 3 };

struct Attribute {
  // A literal.
  std::string_view key;
  std::variant<std::int64_t, std::string> value;
};

// A piece of work that has ended. Holds neither IDs of users nor texts of theirs.
struct Span {
  SpanContext context;
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  Clock::time_point from;
  Clock::time_point until;
  std::vector<Attribute> attributes;
  bool failed = false;
};

}  // namespace dino::trace

#endif  // DINO_SERVER_TRACE_SPAN_H_
