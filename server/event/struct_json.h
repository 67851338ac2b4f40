#ifndef DINO_SERVER_EVENT_STRUCT_JSON_H_
#define DINO_SERVER_EVENT_STRUCT_JSON_H_

#include <cstddef>
#include <string>

#include "google/protobuf/struct.pb.h"
#include "server/event/json_writer.h"

namespace dino::event {

// Writes the fields of a struct as members of the object that `writer` is in, sorted by name.
//
// REQUIRES: every value in it has a kind, and its numbers are finite.
void WriteMembers(const google::protobuf::Struct& fields, JsonWriter& writer);

// The same as text, `"a":1,"b":2`.
//
// REQUIRES: as `WriteMembers`.
std::string JsonMembers(const google::protobuf::Struct& fields);

// The bytes of a struct as a JSON object, `{"a":1,"b":2}`, without writing it. Numbers that are not
// finite count as 0 bytes.
std::size_t JsonBytes(const google::protobuf::Struct& fields);

// An upper bound of `JsonBytes`, cheaper to compute.
std::size_t MaxJsonBytes(const google::protobuf::Struct& fields);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_STRUCT_JSON_H_
