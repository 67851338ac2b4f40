#ifndef DINO_TESTS_FUZZ_EVENT_JSON_H_
#define DINO_TESTS_FUZZ_EVENT_JSON_H_

#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "rapidjson/document.h"

namespace dino::fuzz {

// Parses text that must be a JSON object in UTF-8 without repeated keys, at any depth.
rapidjson::Document ParseObject(std::string_view json);

// Requires that the JSON of a typed event says what its message does: each member is the field of
// that name, as the contract writes it.
void RequireJsonOf(const google::protobuf::Message& event, std::string_view event_type,
                   const std::string& json);

// Requires that a member of a JSON object is what the value says.
void RequireJsonOf(const google::protobuf::Value& value, const rapidjson::Value& json);

}  // namespace dino::fuzz

#endif  // DINO_TESTS_FUZZ_EVENT_JSON_H_
