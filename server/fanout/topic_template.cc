#include "server/fanout/topic_template.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "absl/status/status.h"
#include "server/base/topic_text.h"

namespace dino::fanout {
namespace {

constexpr std::ptrdiff_t kMaxLevels = 10;
constexpr std::size_t kMaxTopicBytes = 1024;
constexpr std::size_t kMaxEnvironmentBytes = 64;
// The digits of 2^63 and a sign.
constexpr std::size_t kMaxIdBytes = 20;

absl::Status Broken(const std::string& rule) { return absl::InvalidArgumentError(rule); }

absl::Status CheckCharacters(std::string_view what, std::string_view text) {
  const std::string_view rule = TopicTextRule(text);
  return rule.empty() ? absl::OkStatus() : Broken(std::string(what).append(" ").append(rule));
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

// The text on either side of `{user_id}`, and which placeholders were seen so far.
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
  return Broken("{ and } may only enclose the placeholders {user_id} and {environment}");
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

void TopicTemplate::Write(std::string_view name, std::string& topic) const {
  topic.assign(prefix_);
  topic.append(name);
  topic.append(suffix_);
}

std::size_t TopicTemplate::max_name_levels() const {
  return static_cast<std::size_t>(kMaxLevels - std::count(prefix_.begin(), prefix_.end(), '/') -
                                  std::count(suffix_.begin(), suffix_.end(), '/'));
}

}  // namespace dino::fanout
