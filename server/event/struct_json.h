#ifndef DINO_SERVER_EVENT_STRUCT_JSON_H_
#define DINO_SERVER_EVENT_STRUCT_JSON_H_

#include <cstddef>
#include <string>

#include "google/protobuf/struct.pb.h"
#include "server/event/json_writer.h"

// Structs as JSON. All of this requires that every value is of some kind, and numbers are finite.

namespace dino::event {

// Writes the fields as members of the object that `writer` is in, sorted by their names.
void WriteMembers(const google::protobuf::Struct& fields, JsonWriter& writer);

// The same as text: `"a":1,"b":2`.
std::string JsonMembers(const google::protobuf::Struct& fields);

// The bytes of the struct as a JSON object, `{"a":1,"b":2}`. Takes no memory for it.
std::size_t JsonBytes(const google::protobuf::Struct& fields);

// More bytes than that or as many, found in less time.
std::size_t MaxJsonBytes(const google::protobuf::Struct& fields);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_STRUCT_JSON_H_
