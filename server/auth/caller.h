#ifndef DINO_SERVER_AUTH_CALLER_H_
#define DINO_SERVER_AUTH_CALLER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/auth/key_file.h"
#include "server/auth/quota.h"

namespace dino::auth {

// An identified caller, with its rights at that time. Thread-safe.
class Caller {
 public:
  // `environment` is the server's. `quota` is kept when the rights change.
  Caller(const CallerEntry& entry, const std::string& environment, std::shared_ptr<Quota> quota);

  const std::string& name() const { return name_; }
  Quota& quota() const { return *quota_; }

  // Why it may not call a method, for people to read; empty if it may.
  std::string WhyNot(std::string_view method) const;
  // The same for publishing events of a type,
  std::string WhyNotType(std::string_view event_type) const;
  // to named topics,
  std::string WhyNotTopics(const std::vector<std::string>& names) const;
  // and to users.
  std::string WhyNotUsers(const std::vector<std::int64_t>& user_ids) const;

 private:
  bool MayPublishTo(std::string_view topic) const;

  const std::string name_;
  const std::optional<MethodSet> methods_;
  const std::optional<std::vector<std::string>> event_types_;
  const std::optional<std::vector<std::string>> topics_;
  // The only environment it may publish through, if that is not the server's.
  std::string other_environment_;
  const std::shared_ptr<Quota> quota_;
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_CALLER_H_
