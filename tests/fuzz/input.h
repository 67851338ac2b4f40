#ifndef DINO_TESTS_FUZZ_INPUT_H_
#define DINO_TESTS_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dino::fuzz {

// Turns the bytes of an input into what a target needs, from the front. Where they have run out,
// all is 0 or empty.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  bool Bool() { return (Byte() & 1U) != 0; }

  std::uint64_t Number(std::size_t bytes = 8) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number = number << 8U | Byte();
    return number;
  }

  // Less than `bound`, which is at most 65536.
  std::size_t Below(std::size_t bound) {
    return bound < 2 ? 0 : static_cast<std::size_t>(Number(bound > 256 ? 2 : 1)) % bound;
  }

  // At most so many bytes, with their length in front.
  std::string_view Text(std::size_t max_bytes) { return Take(Below(max_bytes + 1)); }

  std::string_view Rest() { return Take(rest_.size()); }

 private:
  std::string_view Take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, std::min(count, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

}  // namespace dino::fuzz

#endif  // DINO_TESTS_FUZZ_INPUT_H_
