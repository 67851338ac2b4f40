#ifndef DINO_SERVER_AUTH_CALLER_H_
#define DINO_SERVER_AUTH_CALLER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

 private:
  const std::string name_;
  const std::optional<MethodSet> methods_;
  // The only environment it may publish through, if that is not the server's.
  std::string other_environment_;
  const std::shared_ptr<Quota> quota_;
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_CALLER_H_
