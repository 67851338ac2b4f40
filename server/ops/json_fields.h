#ifndef DINO_SERVER_OPS_JSON_FIELDS_H_
#define DINO_SERVER_OPS_JSON_FIELDS_H_

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dino::ops {

// Does not check that text is UTF-8: ours is, brokers' was made printable where it came in, and the
// rest comes from the command line.
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

inline void WriteKey(JsonWriter& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

inline void WriteField(JsonWriter& json, std::string_view key, std::string_view value) {
  WriteKey(json, key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

inline void WriteField(JsonWriter& json, std::string_view key, std::uint64_t value) {
  WriteKey(json, key);
  json.Uint64(value);
}

// `null` for none.
inline void WriteField(JsonWriter& json, std::string_view key, std::optional<double> value) {
  WriteKey(json, key);
  if (value.has_value()) {
    json.Double(*value);
  } else {
    json.Null();
  }
}

inline void WriteFlag(JsonWriter& json, std::string_view key, bool value) {
  WriteKey(json, key);
  json.Bool(value);
}

// In seconds since the epoch.
inline void WriteTime(JsonWriter& json, std::string_view key,
                      std::chrono::system_clock::time_point time) {
  const std::chrono::duration<double> seconds = time.time_since_epoch();
  WriteKey(json, key);
  json.Double(seconds.count());
}

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_JSON_FIELDS_H_
