#include "server/event/field_checks.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"

namespace dino::event {
namespace {

using UserIdList = google::protobuf::RepeatedField<std::int64_t>;

constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kMaxMessageTypeBytes = 64;
constexpr std::size_t kMaxIdempotencyKeyBytes = 128;
constexpr std::int64_t kLastSecondOfYear9999 = 253402300799;
constexpr std::int64_t kMaxExpirySeconds = 4294967295;
constexpr std::int32_t kMaxNanos = 999999999;

constexpr std::string_view kUuidRule = "must be a UUID: 8-4-4-4-12 hexadecimal digits";
constexpr std::string_view kUserIdRule = "must be 1 to 9007199254740991 (2^53-1)";

enum CharClass : unsigned char { kHexadecimal = 1, kTypeName = 2, kVisible = 4 };

constexpr std::array<unsigned char, 256> MakeCharClasses() {
  std::array<unsigned char, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool hex_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool lower = c >= 'a' && c <= 'z';
    unsigned char bits = 0;
    if (digit || hex_letter) bits |= kHexadecimal;
    if (digit || lower || c == '_' || c == '-') bits |= kTypeName;
    if (c > ' ' && c <= '~') bits |= kVisible;
    classes[c] = bits;
  }
  return classes;
}

constexpr std::array<unsigned char, 256> kCharClasses = MakeCharClasses();

bool Is(CharClass wanted, char c) {
  return (kCharClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

bool AllAre(CharClass wanted, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) { return Is(wanted, c); });
}

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidBytes) return false;
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !Is(kHexadecimal, text[i])) return false;
  }
  return true;
}

std::string TextRule(std::size_t max_bytes) {
  return absl::StrCat("must be 1 to ", max_bytes, " bytes");
}

bool IsUserId(std::int64_t value) { return value >= 1 && value <= kMaxUserId; }

}  // namespace

void FieldChecks::Uuid(std::string_view field, std::string_view value) {
  if (!IsUuid(value)) Add(field, kUuidRule);
}

void FieldChecks::UserId(std::string_view field, std::int64_t value) {
  if (!IsUserId(value)) Add(field, kUserIdRule);
}

void FieldChecks::Text(std::string_view field, std::string_view value, std::size_t max_bytes) {
  if (value.empty() || value.size() > max_bytes) {
    Add(field, TextRule(max_bytes));
  }
}

void FieldChecks::MessageType(std::string_view field, std::string_view value) {
  if (value.empty() || value.size() > kMaxMessageTypeBytes || !AllAre(kTypeName, value)) {
    Add(field, absl::StrCat("must be 1 to ", kMaxMessageTypeBytes, " of a-z, 0-9, _ and -"));
  }
}

void FieldChecks::IdempotencyKey(std::string_view field, std::string_view value) {
  if (value.size() > kMaxIdempotencyKeyBytes || !AllAre(kVisible, value)) {
    Add(field, absl::StrCat("must be at most ", kMaxIdempotencyKeyBytes,
                            " bytes of visible ASCII, without spaces"));
  }
}

void FieldChecks::Time(std::string_view field, bool is_set,
                       const google::protobuf::Timestamp& value) {
  if (!is_set) {
    Add(field, "is required");
  } else if (value.nanos() < 0 || value.nanos() > kMaxNanos) {
    Add(field, "must be a valid Timestamp: its nanos are 0 to 999999999");
  } else if (value.seconds() < 0 || value.seconds() > kLastSecondOfYear9999) {
    Add(field, "must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z");
  }
}

void FieldChecks::Expiry(std::string_view field, const google::protobuf::Duration& value) {
  const std::int64_t seconds = value.seconds();
  const std::int32_t nanos = value.nanos();
  if (nanos < -kMaxNanos || nanos > kMaxNanos || (seconds > 0 && nanos < 0) ||
      (seconds < 0 && nanos > 0)) {
    Add(field,
        "must be a valid Duration: its nanos are -999999999 to 999999999, of the same sign as "
        "its seconds");
    return;
  }
  const bool positive = seconds > 0 || (seconds == 0 && nanos > 0);
  const bool fits = seconds < kMaxExpirySeconds || (seconds == kMaxExpirySeconds && nanos == 0);
  if (!positive || !fits) Add(field, "must be 1 to 4294967295 seconds");
}

void FieldChecks::Recipients(std::string_view field, const UserIdList& ids,
                             std::size_t max_different) {
  if (HasMoreDifferentThan<std::int64_t>(max_different, ids)) {
    Add(field, absl::StrCat("must name at most ", max_different, " different users"));
  }
  EachUserId(field, ids);
}

void FieldChecks::UserIds(std::string_view field, const UserIdList& ids, std::size_t max_count) {
  if (static_cast<std::size_t>(ids.size()) > max_count) {
    Add(field, absl::StrCat("must have at most ", max_count, " entries"));
  }
  EachUserId(field, ids);
}

void FieldChecks::EachUserId(std::string_view field, const UserIdList& ids) {
  for (int i = 0; i < ids.size(); ++i) {
    if (!IsUserId(ids[i])) AddEntry(field, i, kUserIdRule);
  }
}

void FieldChecks::Uuids(std::string_view field,
                        const google::protobuf::RepeatedPtrField<std::string>& values,
                        std::size_t max_count) {
  Count(field, values.size(), max_count);
  for (int i = 0; i < values.size(); ++i) {
    if (!IsUuid(values[i])) AddEntry(field, i, kUuidRule);
  }
}

void FieldChecks::Texts(std::string_view field,
                        const google::protobuf::RepeatedPtrField<std::string>& values,
                        std::size_t max_count, std::size_t max_bytes) {
  Count(field, values.size(), max_count);
  for (int i = 0; i < values.size(); ++i) {
    if (values[i].empty() || values[i].size() > max_bytes) {
      AddEntry(field, i, TextRule(max_bytes));
    }
  }
}

void FieldChecks::Count(std::string_view field, int count, std::size_t max_count) {
  if (count < 1 || static_cast<std::size_t>(count) > max_count) {
    Add(field, absl::StrCat("must have 1 to ", max_count, " entries"));
  }
}

void FieldChecks::AddEntry(std::string_view field, int index, std::string_view description) {
  if (violations_.full()) {
    violations_.AddUnlisted();
  } else {
    Add(std::string(field) + "[" + std::to_string(index) + "]", description);
  }
}

void FieldChecks::Add(std::string_view field, std::string_view description) {
  violations_.Add(std::string(parent_).append(field), std::string(description));
}

}  // namespace dino::event
