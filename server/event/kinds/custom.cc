// PublishCustom: an application-defined event, to users or to named topics.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/base/topic_text.h"
#include "server/event/event_writer.h"
#include "server/event/field_checks.h"
#include "server/event/kinds.h"
#include "server/event/options.h"
#include "server/event/struct_json.h"

namespace dino::event {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

bool IsWritable(const Struct& fields);

// Whether JSON can represent it.
bool IsWritable(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return std::isfinite(value.number_value());
    case Value::kStructValue:
      return IsWritable(value.struct_value());
    case Value::kListValue:
      return std::all_of(value.list_value().values().begin(), value.list_value().values().end(),
                         [](const Value& entry) { return IsWritable(entry); });
    case Value::KIND_NOT_SET:
      return false;
    default:
      return true;
  }
}

bool IsWritable(const Struct& fields) {
  return std::all_of(fields.fields().begin(), fields.fields().end(),
                     [](const auto& field) { return IsWritable(field.second); });
}

// Descriptions never repeat a key, which is a user's text.
void CheckFields(const std::string& path, const Struct& fields, FieldChecks& checks) {
  if (fields.fields().contains("event_type") || fields.fields().contains("group_id")) {
    checks.Add(path, "must not have the keys event_type and group_id");
  }
  if (!IsWritable(fields)) {
    checks.Add(path, "must have only set values and finite numbers");
  }
}

void CheckCustom(const v1::Custom& custom, const Limits& limits, Violations& violations) {
  FieldChecks checks("custom.", violations);
  checks.MessageType("event_type", custom.event_type());
  if (IsTypedEvent(custom.event_type())) {
    checks.Add("event_type", "must not be the event_type of another RPC");
  }
  checks.Uuid("group_id", custom.group_id());
  CheckFields("data", custom.data(), checks);
  if (MaxJsonBytes(custom.data()) > limits.max_payload_bytes &&
      JsonBytes(custom.data()) > limits.max_payload_bytes) {
    checks.Add("data",
               absl::StrCat("must take at most ", limits.max_payload_bytes, " bytes as JSON"));
  }
}

bool SharesAKey(const Struct& a, const Struct& b) {
  return std::any_of(a.fields().begin(), a.fields().end(),
                     [&](const auto& field) { return b.fields().contains(field.first); });
}

std::size_t Sum(const google::protobuf::Map<std::int64_t, Struct>& overlays,
                std::size_t (*bytes_of)(const Struct&)) {
  std::size_t bytes = 0;
  for (const auto& overlay : overlays) bytes += bytes_of(overlay.second);
  return bytes;
}

void CheckOverlays(const v1::PublishCustomRequest& request, const Limits& limits,
                   Violations& violations) {
  if (request.overlays().empty()) return;
  FieldChecks checks("", violations);
  // Of the users only those with overlays: there may be far more.
  absl::flat_hash_set<std::int64_t> users;
  for (const std::int64_t user_id : request.user_ids()) {
    if (request.overlays().contains(user_id)) users.insert(user_id);
  }
  for (const auto& [user_id, fields] : request.overlays()) {
    const std::string path = absl::StrCat("overlays[", user_id, "]");
    if (!users.contains(user_id)) checks.Add(path, "must be for one of user_ids");
    CheckFields(path, fields, checks);
    if (SharesAKey(fields, request.custom().data())) {
      checks.Add(path, "must not have a key of custom.data");
    }
  }
  if (Sum(request.overlays(), MaxJsonBytes) > limits.max_payload_bytes &&
      Sum(request.overlays(), JsonBytes) > limits.max_payload_bytes) {
    checks.Add("overlays", absl::StrCat("must take at most ", limits.max_payload_bytes,
                                        " bytes as JSON together"));
  }
}

void CheckTopics(const v1::PublishCustomRequest& request, const Limits& limits,
                 FieldChecks& checks) {
  if (HasMoreDifferentThan<std::string_view>(limits.max_recipients, request.topics())) {
    checks.Add("topics",
               absl::StrCat("must name at most ", limits.max_recipients, " different topics"));
  }
  for (int i = 0; i < request.topics_size(); ++i) {
    const std::string_view rule = TopicNameRule(request.topics(i), limits.max_topic_levels);
    if (!rule.empty()) checks.AddEntry("topics", i, rule);
  }
}

void CheckUsersOrTopics(const v1::PublishCustomRequest& request, const Limits& limits,
                        Violations& violations) {
  FieldChecks checks("", violations);
  if (request.user_ids().empty() && request.topics().empty()) {
    checks.Add("user_ids", "must name at least one user unless topics names one");
  } else if (!request.user_ids().empty() && !request.topics().empty()) {
    checks.Add("topics", "must be empty if user_ids is not");
  }
  checks.Recipients("user_ids", request.user_ids(), limits.max_recipients);
  CheckTopics(request, limits, checks);
}

}  // namespace

Violations Validate(const v1::PublishCustomRequest& request, const Limits& limits) {
  Violations violations;
  if (request.has_custom()) {
    CheckCustom(request.custom(), limits, violations);
  } else {
    violations.Add("custom", "is required");
  }
  if (request.has_options()) CheckOptions(request.options(), violations);
  CheckOverlays(request, limits, violations);
  CheckUsersOrTopics(request, limits, violations);
  return violations;
}

std::string EventJson(const v1::PublishCustomRequest& request) {
  const v1::Custom& custom = request.custom();
  EventWriter writer(custom.event_type(), MaxJsonBytes(custom.data()));
  writer.Text("group_id", custom.group_id());
  writer.Fields(custom.data());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishCustomRequest& request) {
  if (request.user_ids().empty()) return ToTopics(request.topics());
  Recipients recipients = ToUsers(request.user_ids());
  for (const auto& [user_id, fields] : request.overlays()) {
    if (fields.fields().empty()) continue;
    recipients.overlays.emplace(user_id, JsonMembers(fields));
  }
  return recipients;
}

}  // namespace dino::event
