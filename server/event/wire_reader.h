#ifndef DINO_SERVER_EVENT_WIRE_READER_H_
#define DINO_SERVER_EVENT_WIRE_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dino::event {

// So deep protobuf goes into messages and groups.
inline constexpr int kMaxWireDepth = 100;

// A field in protobuf's binary format.
struct WireField {
  enum class Type : std::uint8_t {
    kVarint = 0,
    kFixed64 = 1,
    kBytes = 2,
    kGroup = 3,
    kFixed32 = 5
  };

  int number = 0;
  Type type = Type::kVarint;
  // Of `kBytes`, and of a group: what is in it.
  std::string_view bytes;
};

// Reads the fields of a message one after the other, as protobuf does, without taking memory.
class WireReader {
 public:
  // `bytes` outlive it and what it returns.
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // The next field; none at the end, or if what follows is no field.
  std::optional<WireField> Next();

  // Whether everything was read. False if what follows is no field.
  bool at_end() const { return rest_.empty() && !failed_; }

  // The same as `Next` for a value of a packed list of varints.
  std::optional<std::uint64_t> Varint();

 private:
  // `depth`: of groups around it.
  std::optional<WireField> NextIn(int depth);
  // The part of that length.
  std::optional<std::string_view> Take(std::uint64_t length);
  std::optional<std::string_view> Group(int number, int depth);

  std::string_view rest_;
  bool failed_ = false;
};

// Whether all of `bytes` are fields of a message.
bool IsMessage(std::string_view bytes);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_WIRE_READER_H_
