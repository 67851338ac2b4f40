#include "server/auth/caller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/auth/event_type_pattern.h"
#include "server/base/topic_text.h"

namespace dino::auth {

Caller::Caller(const CallerEntry& entry, const std::string& environment,
               std::shared_ptr<Quota> quota)
    : name_(entry.name),
      methods_(entry.methods),
      event_types_(entry.event_types),
      topics_(entry.topics),
      quota_(std::move(quota)) {
  if (entry.environment.value_or(environment) != environment) {
    other_environment_ = *entry.environment;
  }
}

std::string Caller::WhyNot(std::string_view method) const {
  if (!other_environment_.empty()) {
    return absl::StrCat("the caller ", name_, " may call servers of the environment ",
                        other_environment_, " only");
  }
  if (methods_.has_value() && methods_->find(method) == methods_->end()) {
    return absl::StrCat("the caller ", name_, " may not call ", std::string(method));
  }
  return "";
}

std::string Caller::WhyNotType(std::string_view event_type) const {
  if (!event_types_.has_value() ||
      std::any_of(event_types_->begin(), event_types_->end(), [&](const std::string& pattern) {
        return EventTypeMatches(pattern, event_type);
      })) {
    return "";
  }
  return absl::StrCat("the caller ", name_, " may not publish events of the type ",
                      std::string(event_type));
}

std::string Caller::WhyNotTopics(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (MayPublishTo(name)) continue;
    return absl::StrCat("the caller ", name_, " may not publish to the topic ", name);
  }
  return "";
}

std::string Caller::WhyNotUsers(const std::vector<std::int64_t>& user_ids) const {
  if (!topics_.has_value()) return "";
  for (const std::int64_t user_id : user_ids) {
    if (MayPublishTo(std::to_string(user_id))) continue;
    return absl::StrCat("the caller ", name_, " may not publish to the topic of the user ",
                        user_id);
  }
  return "";
}

bool Caller::MayPublishTo(std::string_view topic) const {
  return !topics_.has_value() ||
         std::any_of(topics_->begin(), topics_->end(), [topic](const std::string& filter) {
           return TopicFilterMatches(filter, topic);
         });
}

}  // namespace dino::auth
