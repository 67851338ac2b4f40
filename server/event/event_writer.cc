#include "server/event/event_writer.h"

namespace dino::event {

std::size_t EventWriter::BytesOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::size_t bytes = 0;
  // With quotes and a comma.
  for (const std::string& text : texts) bytes += kEscapedBytes * text.size() + 3;
  return bytes;
}

}  // namespace dino::event
