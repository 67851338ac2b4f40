#ifndef DINO_SERVER_LOG_RECORD_H_
#define DINO_SERVER_LOG_RECORD_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/types/span.h"

namespace dino::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// How a record is written: a JSON object, or text for people.
enum class Format { kJson, kText };

// A named value of a record. Refers to the key's and the value's text, so it must not
// outlive them; use it as an argument only.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Field(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  Field(std::string_view field_key, const char* text)
      : key(field_key), value(std::string_view(text)) {}
  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, bool> = true>
  Field(std::string_view field_key, T number) : key(field_key), value(Widened(number)) {}

  std::string_view key;
  Value value;

 private:
  template <typename T>
  static Value Widened(T number) {
    if constexpr (std::is_same_v<T, bool>) {
      return number;
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(number);
    } else if constexpr (std::is_signed_v<T>) {
      return static_cast<std::int64_t>(number);
    } else {
      return static_cast<std::uint64_t>(number);
    }
  }
};

// Writes a record as one line of valid UTF-8, newline included, whatever bytes its texts hold:
// control characters are escaped, and invalid UTF-8 becomes U+FFFD.
//
// JSON: {"time":"2026-11-24T22:47:36.123456Z","level":"info","message":"…","key":value}
// Text: 2026-11-24T22:47:36.123456Z INFO message key=value
std::string FormatRecord(Format format, std::chrono::system_clock::time_point time, Level level,
                         std::string_view message, absl::Span<const Field> fields);

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_RECORD_H_
