#ifndef DINO_SERVER_EVENT_JSON_WRITER_H_
#define DINO_SERVER_EVENT_JSON_WRITER_H_

#include <cstddef>
#include <string_view>

// Without RAPIDJSON_SSE2: in 1.1.0 it leaves U+001A to U+001F unescaped in longer text.
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace dino::event {

// The most bytes that one byte of text takes in JSON: `\u001F`.
inline constexpr std::size_t kEscapedBytes = 6;

// RapidJSON's writer, except that text without escapes is copied as a whole, not byte by byte.
class JsonWriter : public rapidjson::Writer<rapidjson::StringBuffer> {
 public:
  using Writer::Writer;

  void Text(std::string_view text);
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_JSON_WRITER_H_
