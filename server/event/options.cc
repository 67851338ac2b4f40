#include "server/event/options.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/utf8.h"
#include "server/event/field_checks.h"

namespace dino::event {
namespace {

constexpr int kMaxUserProperties = 8;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxValueBytes = 256;

bool IsPropertyName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
                  c == '-';
         });
}

bool IsReserved(std::string_view name) {
  return name == "event_id" || name == "event_type" || name == "traceparent" ||
         name == "tracestate" || name.substr(0, 4) == "dino";
}

// Each rule once: a violation must not repeat a name, which is the caller's.
void CheckUserProperties(const v1::PublishOptions& options, FieldChecks& checks) {
  constexpr std::string_view kField = "user_properties";
  bool names = true;
  bool free = true;
  bool values = true;
  for (const auto& [name, value] : options.user_properties()) {
    names = names && IsPropertyName(name);
    free = free && !IsReserved(name);
    values = values && value.size() <= kMaxValueBytes && IsPlainText(value);
  }
  if (options.user_properties_size() > kMaxUserProperties) {
    checks.Add(kField, absl::StrCat("must have at most ", kMaxUserProperties, " entries"));
  }
  if (!names) {
    checks.Add(kField, absl::StrCat("must have names of 1 to ", kMaxNameBytes,
                                    " of A-Z, a-z, 0-9, _, . and -"));
  }
  if (!free) {
    checks.Add(kField,
               "must not have the names event_id, event_type, traceparent and tracestate, nor any "
               "that begin with dino");
  }
  if (!values) {
    checks.Add(kField, absl::StrCat("must have values of at most ", kMaxValueBytes,
                                    " bytes without control characters and noncharacters"));
  }
}

}  // namespace

void CheckOptions(const v1::PublishOptions& options, Violations& violations) {
  FieldChecks checks("options.", violations);
  if (options.has_expiry()) checks.Expiry("expiry", options.expiry());
  if (!v1::Qos_IsValid(options.qos())) {
    checks.Add("qos", "must be a known Qos: QOS_AT_MOST_ONCE or QOS_AT_LEAST_ONCE");
  }
  checks.IdempotencyKey("idempotency_key", options.idempotency_key());
  if (!v1::ResultDetail_IsValid(options.result_detail())) {
    checks.Add("result_detail",
               "must be a known ResultDetail: RESULT_DETAIL_COUNTS, RESULT_DETAIL_EXCEPTIONS or "
               "RESULT_DETAIL_ALL");
  }
  CheckUserProperties(options, checks);
}

UserProperties UserPropertiesOf(const v1::PublishOptions& options) {
  UserProperties properties(options.user_properties().begin(), options.user_properties().end());
  std::sort(properties.begin(), properties.end());
  return properties;
}

std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry) {
  return static_cast<std::uint32_t>(expiry.seconds() + (expiry.nanos() > 0 ? 1 : 0));
}

}  // namespace dino::event
