#include "tests/support/mqtt/packet_splitter.h"

#include <cstdint>
#include <utility>

#include "tests/support/mqtt/packet_reader.h"

namespace dino::testing {

std::optional<std::string> PacketSplitter::Next() {
  const std::string_view rest = std::string_view(unread_).substr(begin_);
  std::size_t size = rest.size();
  if (!opaque_) {
    PacketReader reader(rest);
    reader.Byte();
    const std::uint32_t length = reader.VariableByteInteger();
    // The remaining length takes at most four bytes.
    if (!reader.ok() && rest.size() >= 5) {
      opaque_ = true;
    } else if (!reader.ok() || reader.left() < length) {
      unread_.erase(0, std::exchange(begin_, 0));
      return std::nullopt;
    } else {
      size = rest.size() - reader.left() + length;
    }
  }
  if (size == 0) return std::nullopt;
  begin_ += size;
  return std::string(rest.substr(0, size));
}

}  // namespace dino::testing
