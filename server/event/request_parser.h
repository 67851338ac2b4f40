#ifndef DINO_SERVER_EVENT_REQUEST_PARSER_H_
#define DINO_SERVER_EVENT_REQUEST_PARSER_H_

#include <string_view>

#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "server/event/violations.h"

namespace dino::event {

// Parses a request from protobuf's binary format.
//
// If it fails, returns false and says why in `violations`: every string that is not UTF-8
// by its path, every message that cannot be read by its path, or `request` for the whole.
// What `request` holds then is unspecified. Only a failure costs more than the parse.
bool ParseRequest(std::string_view bytes, google::protobuf::Message& request,
                  Violations& violations);

// The same for bytes in several pieces, in order. A single piece is not copied.
bool ParseRequest(absl::Span<const std::string_view> pieces, google::protobuf::Message& request,
                  Violations& violations);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_REQUEST_PARSER_H_
