#include "server/fanout/topic_template.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "absl/status/status.h"

namespace dino::fanout {
namespace {

constexpr std::ptrdiff_t kMaxLevels = 10;
constexpr std::size_t kMaxTopicBytes = 1024;
constexpr std::size_t kMaxEnvironmentBytes = 64;
// The digits of 2^63 and a sign.
constexpr std::size_t kMaxIdBytes = 20;

absl::Status Broken(const std::string& rule) { return absl::InvalidArgumentError(rule); }

// Takes one code point off the front of `text`; false if there is no valid one.
bool TakeCodePoint(std::string_view& text, char32_t& code_point) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  char32_t least = 0;
  code_point = lead;
  if (lead >= 0xF0 && lead < 0xF8) {
    length = 4;
    least = 0x10000;
    code_point = lead & 0x07U;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    length = 3;
    least = 0x800;
    code_point = lead & 0x0FU;
  } else if (lead >= 0xC0 && lead < 0xE0) {
    length = 2;
    least = 0x80;
    code_point = lead & 0x1FU;
  } else if (lead >= 0x80) {
    return false;
  }
  if (text.size() < length) return false;
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return false;
    code_point = (code_point << 6U) | (next & 0x3FU);
  }
  text.remove_prefix(length);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point >= least && code_point <= 0x10FFFF && !surrogate;
}

// MQTT lets brokers refuse control and non-characters, and some do.
bool Printable(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool non_character = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFEU;
  return !control && !non_character;
}

absl::Status CheckCharacters(std::string_view what, std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '+' || c == '#') {
      return Broken(std::string(what) + " must not contain the wildcards + and #");
    }
    char32_t code_point = 0;
    if (!TakeCodePoint(text, code_point)) return Broken(std::string(what) + " must be UTF-8");
    if (!Printable(code_point)) {
      return Broken(std::string(what) + " must not contain control characters");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEnvironment(std::string_view environment) {
  if (environment.empty() || environment.size() > kMaxEnvironmentBytes) {
    return Broken("environment must be 1 to " + std::to_string(kMaxEnvironmentBytes) + " bytes");
  }
  if (environment.find('/') != std::string_view::npos) {
    return Broken("environment must be a single topic level, without /");
  }
  return CheckCharacters("environment", environment);
}

// What stands on either side of `{user_id}`, and what was seen so far.
struct Sides {
  std::string prefix;
  std::string suffix;
  bool user_id = false;
  bool environment = false;

  std::string& Current() { return user_id ? suffix : prefix; }
};

absl::Status TakePlaceholder(std::string_view name, std::string_view environment, Sides& sides) {
  if (name == "user_id") {
    if (sides.user_id) return Broken("{user_id} must occur only once");
    sides.user_id = true;
    return absl::OkStatus();
  }
  if (name == "environment") {
    if (sides.environment) return Broken("{environment} must occur at most once");
    sides.environment = true;
    sides.Current() += environment;
    return absl::OkStatus();
  }
  return Broken("{ and } may only stand around the placeholders {user_id} and {environment}");
}

absl::StatusOr<Sides> Split(std::string_view text, std::string_view environment) {
  Sides sides;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
    sides.Current() += text.substr(0, brace);
    text.remove_prefix(brace);
    if (text.empty()) break;
    const std::size_t end = text.front() == '{' ? text.find('}') : std::string_view::npos;
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
    if (absl::Status status = TakePlaceholder(name, environment, sides); !status.ok()) {
      return status;
    }
    text.remove_prefix(end + 1);
  }
  if (!sides.user_id) return Broken("{user_id} must occur once");
  return sides;
}

}  // namespace

absl::StatusOr<TopicTemplate> TopicTemplate::Parse(std::string_view text,
                                                   std::string_view environment) {
  if (absl::Status status = CheckEnvironment(environment); !status.ok()) return status;
  if (absl::Status status = CheckCharacters("the template", text); !status.ok()) return status;
  absl::StatusOr<Sides> sides = Split(text, environment);
  if (!sides.ok()) return sides.status();
  const std::string& prefix = sides->prefix;
  const std::string& suffix = sides->suffix;
  const bool whole_level =
      (prefix.empty() || prefix.back() == '/') && (suffix.empty() || suffix.front() == '/');
  if (!whole_level) return Broken("{user_id} must be a whole level, between slashes");
  if (!prefix.empty() && prefix.front() == '$') return Broken("the topic must not begin with $");
  if (std::count(prefix.begin(), prefix.end(), '/') +
          std::count(suffix.begin(), suffix.end(), '/') >=
      kMaxLevels) {
    return Broken("the topic must have at most " + std::to_string(kMaxLevels) + " levels");
  }
  if (prefix.size() + kMaxIdBytes + suffix.size() > kMaxTopicBytes) {
    return Broken("the topic must be at most " + std::to_string(kMaxTopicBytes) + " bytes long");
  }
  return TopicTemplate(std::move(sides->prefix), std::move(sides->suffix));
}

void TopicTemplate::Write(std::int64_t user_id, std::string& topic) const {
  std::array<char, kMaxIdBytes> digits{};
  const std::to_chars_result end =
      std::to_chars(digits.data(), digits.data() + digits.size(), user_id);
  topic.assign(prefix_);
  topic.append(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
  topic.append(suffix_);
}

}  // namespace dino::fanout
