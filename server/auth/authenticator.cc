#include "server/auth/authenticator.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/tls/certificate.h"

namespace dino::auth {
namespace {

// About 2 KiB each.
constexpr std::size_t kMaxOwners = 1024;

std::shared_ptr<const Caller> UnlimitedCaller(std::string name) {
  CallerEntry entry;
  entry.name = std::move(name);
  return std::make_shared<const Caller>(entry, "", std::make_shared<Quota>(Rates()));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Caller>> Authenticator::Identify(
    const Credentials& credentials) const {
  Owner owner = std::shared_ptr<const Caller>();
  if (credentials.certificate.has_value()) {
    owner = OwnerOf(*credentials.certificate);
    if (!owner.ok()) return owner;
  }
  if (callers_ == nullptr) return owner;
  if (credentials.api_key.has_value()) {
    std::shared_ptr<const Caller> caller = callers_->Find(*credentials.api_key);
    if (caller == nullptr) return absl::UnauthenticatedError("unknown API key");
    return caller;
  }
  if (*owner != nullptr) return owner;
  return absl::UnauthenticatedError(
      credentials.certificate.has_value()
          ? "the client certificate has no known name, and the metadata has no API key"
          : "the metadata must have one authorization entry: Bearer and an API key");
}

std::uint64_t Authenticator::generation() const {
  return (callers_ == nullptr ? 0 : callers_->generation()) +
         (tls_ == nullptr ? 0 : tls_->generation());
}

Authenticator::Owner Authenticator::OwnerOf(std::string_view certificate) const {
  const std::uint64_t now = generation();
  const MutexLock lock(mutex_);
  if (owners_generation_ != now || owners_.size() >= kMaxOwners) {
    owners_.clear();
    owners_generation_ = now;
  }
  const auto known = owners_.find({certificate.data(), certificate.size()});
  if (known != owners_.end()) return known->second;
  return owners_.emplace(certificate, FindOwner(certificate)).first->second;
}

Authenticator::Owner Authenticator::FindOwner(std::string_view certificate) const {
  const absl::StatusOr<tls::Certificate> parsed = tls::Certificate::Parse(certificate);
  if (!parsed.ok()) return absl::UnauthenticatedError("the client certificate cannot be read");
  if (tls_->config()->revoked.Contains(*parsed)) {
    return absl::UnauthenticatedError("the client certificate has been revoked");
  }
  std::vector<std::string> names = parsed->Names();
  if (callers_ == nullptr) {
    return UnlimitedCaller(names.empty() ? parsed->Subject() : std::move(names.front()));
  }
  for (const std::string& name : names) {
    if (std::shared_ptr<const Caller> caller = callers_->FindByName(name)) return caller;
  }
  return std::shared_ptr<const Caller>();
}

}  // namespace dino::auth
