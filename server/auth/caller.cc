#include "server/auth/caller.h"

#include "absl/strings/str_cat.h"

namespace dino::auth {

Caller::Caller(const CallerEntry& entry, const std::string& environment,
               std::shared_ptr<Quota> quota)
    : name_(entry.name), methods_(entry.methods), quota_(std::move(quota)) {
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

}  // namespace dino::auth
