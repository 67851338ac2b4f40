#ifndef DINO_SERVER_EVENT_REQUEST_PARSER_H_
#define DINO_SERVER_EVENT_REQUEST_PARSER_H_

#include <cstddef>
#include <string_view>

#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "server/event/violations.h"

namespace dino::event {

// Parses a request from protobuf's binary format.
//
// If it fails, returns false and says why in `violations`: every string that is not UTF-8
// by its path, every message that cannot be read by its path, or `request` for the whole; and a
// list whose entries would take more than `max_parsed_bytes` of memory. What `request` holds then
// is unspecified.
//
// A request that might take more than that is looked through before it is parsed, so that one that
// cannot be parsed takes no memory beside its bytes; a smaller one, below a hundredth of that, only
// if it cannot be parsed.
bool ParseRequest(std::string_view bytes, std::size_t max_parsed_bytes,
                  google::protobuf::Message& request, Violations& violations);

// The same for bytes in several pieces, in order. A single piece is not copied.
bool ParseRequest(absl::Span<const std::string_view> pieces, std::size_t max_parsed_bytes,
                  google::protobuf::Message& request, Violations& violations);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_REQUEST_PARSER_H_
