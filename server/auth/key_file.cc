#include "server/auth/key_file.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "server/auth/event_type_pattern.h"
#include "server/base/hex.h"
#include "server/base/topic_text.h"

namespace dino::auth {
namespace {

using rapidjson::Value;

constexpr std::size_t kMinKeyBytes = 16;
constexpr std::size_t kMaxKeyBytes = 512;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxCertificateNameBytes = 255;
constexpr std::size_t kMaxTopicLevels = 10;
// What is rarer would have to wait for longer than the clock can tell.
constexpr double kMinRate = 0.001;
constexpr double kMaxRate = 1e9;

std::string_view TextOf(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

bool IsVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

bool IsName(std::string_view text) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), fits);
}

bool IsCertificateName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxCertificateNameBytes && IsVisible(text);
}

// A caller can be allowed its methods.
const google::protobuf::ServiceDescriptor& EventPublisher() {
  return *events::v1::PublishMessageRequest::descriptor()->file()->FindServiceByName(
      "EventPublisherService");
}

absl::Status Wrong(const std::string& place, const std::string& rule) {
  return absl::InvalidArgumentError(absl::StrCat(place, " ", rule));
}

// Reads the members of one caller. `place` is its path.
class EntryReader {
 public:
  explicit EntryReader(std::string place) : place_(std::move(place)) {}

  absl::StatusOr<CallerEntry> Read(const Value& value) {
    if (!value.IsObject()) return Wrong(place_, "must be an object");
    for (const auto& member : value.GetObject()) {
      absl::Status status = ReadMember(TextOf(member.name), member.value);
      if (!status.ok()) return status;
      // JSON allows it, but only one of them would hold.
      if (&value.FindMember(member.name)->value != &member.value) {
        return Wrong(Path(member.name.GetString()), "must appear only once");
      }
    }
    if (entry_.name.empty()) return Wrong(Path("name"), "is required");
    if (entry_.keys.empty() && entry_.certificates.empty()) {
      return Wrong(place_, "must have sha256 or certificates");
    }
    return std::move(entry_);
  }

 private:
  std::string Path(const char* member) const { return absl::StrCat(place_, ".", member); }

  absl::Status ReadMember(std::string_view name, const Value& value) {
    if (name == "name") return ReadName(value);
    if (name == "sha256") return ReadTexts(value, &EntryReader::AddKey, NoKey());
    if (name == "certificates") {
      return ReadTexts(value, &EntryReader::AddCertificate, NoCertificate());
    }
    if (name == "methods") return ReadMethods(value);
    if (name == "event_types") return ReadEventTypes(value);
    if (name == "topics") return ReadTopics(value);
    if (name == "events_per_second") {
      return ReadRate("events_per_second", value, entry_.rates.events_per_second);
    }
    if (name == "recipients_per_second") {
      return ReadRate("recipients_per_second", value, entry_.rates.recipients_per_second);
    }
    if (name == "environment") return ReadEnvironment(value);
    return Wrong(
        place_,
        "must only have the members name, sha256, certificates, methods, event_types, topics, "
        "events_per_second, recipients_per_second and environment");
  }

  absl::Status ReadName(const Value& value) {
    if (!value.IsString() || !IsName(TextOf(value))) {
      return Wrong(Path("name"), "must be 1 to 64 letters, digits, '-', '_' and '.'");
    }
    entry_.name = TextOf(value);
    return absl::OkStatus();
  }

  using AddFunction = bool (EntryReader::*)(std::string_view text);

  // Reads a string or a list of strings. Returns `wrong` if `add` rejects one.
  absl::Status ReadTexts(const Value& value, AddFunction add, const absl::Status& wrong) {
    if (value.IsString()) return (this->*add)(TextOf(value)) ? absl::OkStatus() : wrong;
    if (!value.IsArray() || value.Empty()) return wrong;
    for (const Value& text : value.GetArray()) {
      if (!text.IsString() || !(this->*add)(TextOf(text))) return wrong;
    }
    return absl::OkStatus();
  }

  bool AddKey(std::string_view text) {
    KeyDigest digest;
    if (!FromHex(text, absl::MakeSpan(digest))) return false;
    entry_.keys.push_back(digest);
    return true;
  }

  bool AddCertificate(std::string_view text) {
    if (!IsCertificateName(text)) return false;
    std::string& name = entry_.certificates.emplace_back(text);
    // As in certificates: URIs are kept unchanged.
    if (name.find(':') == std::string::npos) absl::AsciiStrToLower(&name);
    return true;
  }

  absl::Status NoKey() const {
    return Wrong(Path("sha256"),
                 "must be the SHA-256 of a key, 64 hexadecimal digits, or a list of these");
  }

  absl::Status NoCertificate() const {
    return Wrong(Path("certificates"),
                 "must be a URI or DNS name in a client certificate, 1 to 255 visible ASCII "
                 "characters, or a list of these");
  }

  absl::Status ReadMethods(const Value& value) {
    entry_.methods.emplace();
    if (!value.IsArray()) return NoMethods();
    for (const Value& method : value.GetArray()) {
      if (!method.IsString() ||
          EventPublisher().FindMethodByName(std::string(TextOf(method))) == nullptr) {
        return NoMethods();
      }
      entry_.methods->emplace(TextOf(method));
    }
    return absl::OkStatus();
  }

  absl::Status NoMethods() const {
    std::string names;
    for (int i = 0; i < EventPublisher().method_count(); ++i) {
      absl::StrAppend(&names, names.empty() ? "" : ", ", EventPublisher().method(i)->name());
    }
    return Wrong(Path("methods"), "must be a list of " + names);
  }

  absl::Status ReadEventTypes(const Value& value) {
    entry_.event_types.emplace();
    return ReadPatterns("event_types", value, *entry_.event_types, EventTypePatternRule);
  }

  absl::Status ReadTopics(const Value& value) {
    entry_.topics.emplace();
    return ReadPatterns("topics", value, *entry_.topics, [](std::string_view text) {
      return TopicFilterRule(text, kMaxTopicLevels);
    });
  }

  // Reads a list of strings that break no rule of `rule_of`.
  absl::Status ReadPatterns(const char* name, const Value& value,
                            std::vector<std::string>& patterns,
                            std::string_view (*rule_of)(std::string_view text)) {
    if (!value.IsArray()) return Wrong(Path(name), "must be a list of strings");
    for (const Value& text : value.GetArray()) {
      const std::string_view rule =
          text.IsString() ? rule_of(TextOf(text)) : std::string_view("must be a string");
      if (!rule.empty()) {
        return Wrong(absl::StrCat(Path(name), "[", patterns.size(), "]"), std::string(rule));
      }
      patterns.emplace_back(TextOf(text));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRate(const char* name, const Value& value, std::optional<double>& rate) {
    if (!value.IsNumber() || value.GetDouble() < kMinRate || value.GetDouble() > kMaxRate) {
      return Wrong(Path(name), "must be a number from 0.001 to 1000000000");
    }
    rate = value.GetDouble();
    return absl::OkStatus();
  }

  absl::Status ReadEnvironment(const Value& value) {
    if (!value.IsString() || value.GetStringLength() == 0) {
      return Wrong(Path("environment"), "must be the environment of a server");
    }
    entry_.environment = TextOf(value);
    return absl::OkStatus();
  }

  const std::string place_;
  CallerEntry entry_;
};

// Checks that no name, key or certificate appears twice.
absl::Status CheckDifferent(const std::vector<CallerEntry>& entries) {
  std::set<std::string_view> names;
  std::set<KeyDigest> keys;
  std::set<std::string_view> certificates;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!names.insert(entries[i].name).second) {
      return Wrong(absl::StrCat("callers[", i, "].name"), "must not be another caller's");
    }
    for (const KeyDigest& key : entries[i].keys) {
      if (keys.insert(key).second) continue;
      return Wrong(absl::StrCat("callers[", i, "].sha256"), "must not appear twice");
    }
    for (const std::string& name : entries[i].certificates) {
      if (certificates.insert(name).second) continue;
      return Wrong(absl::StrCat("callers[", i, "].certificates"), "must not appear twice");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckKey(std::string_view key) {
  if (key.size() >= kMinKeyBytes && key.size() <= kMaxKeyBytes && IsVisible(key)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("must be ", kMinKeyBytes, " to ", kMaxKeyBytes,
                                                 " visible ASCII characters without spaces"));
}

absl::StatusOr<std::vector<CallerEntry>> ParseKeyFile(const std::string& json) {
  rapidjson::Document document;
  // Iterative, so that deep nesting cannot exhaust the stack.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.data(), json.size());
  if (document.HasParseError()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is not valid JSON: at byte ", document.GetErrorOffset(), ": ",
                     rapidjson::GetParseError_En(document.GetParseError())));
  }
  if (!document.IsObject() || document.MemberCount() != 1 || !document.HasMember("callers") ||
      !document["callers"].IsArray()) {
    return absl::InvalidArgumentError("must be an object with a list \"callers\" and nothing else");
  }
  std::vector<CallerEntry> entries;
  for (const Value& value : document["callers"].GetArray()) {
    auto entry = EntryReader(absl::StrCat("callers[", entries.size(), "]")).Read(value);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
  absl::Status different = CheckDifferent(entries);
  if (!different.ok()) return different;
  return entries;
}

}  // namespace dino::auth
