#include "server/auth/authenticator.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/tls/certificate.h"

namespace dino::auth {
namespace {

constexpr std::size_t kMaxOwners = 1024;
// A chain is about 4 KiB, and at most what a handshake takes: 100 KiB.
constexpr std::size_t kMaxOwnersBytes = 4UL * 1024 * 1024;

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
    owner = OwnerOf(*credentials.certificate, credentials.chain);
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

Authenticator::Owner Authenticator::OwnerOf(std::string_view certificate,
                                            std::string_view chain) const {
  std::string both;
  if (!chain.empty()) both.append(certificate).append(chain);
  const std::string_view shown = chain.empty() ? certificate : both;
  const absl::string_view key(shown.data(), shown.size());
  const std::uint64_t now = generation();
  {
    const MutexLock lock(mutex_);
    if (owners_generation_ != now) Forget(now);
    const auto known = owners_.find(key);
    if (known != owners_.end()) return known->second;
  }
  Owner owner = FindOwner(certificate, chain);
  // Other errors may pass before the files change.
  if (!owner.ok() && !absl::IsUnauthenticated(owner.status())) return owner;
  const MutexLock lock(mutex_);
  if (owners_generation_ != now) return owner;
  if (owners_.size() >= kMaxOwners || owners_bytes_ + key.size() > kMaxOwnersBytes) Forget(now);
  if (owners_.emplace(key, owner).second) owners_bytes_ += key.size();
  return owner;
}

void Authenticator::Forget(std::uint64_t generation) const {
  owners_.clear();
  owners_bytes_ = 0;
  owners_generation_ = generation;
}

Authenticator::Owner Authenticator::FindOwner(std::string_view certificate,
                                              std::string_view chain) const {
  const absl::StatusOr<tls::Certificate> parsed = tls::Certificate::Parse(certificate);
  if (!parsed.ok()) return absl::UnauthenticatedError("the client certificate cannot be read");
  absl::Status good = tls_->revocations().Check(*parsed, chain, tls_->config()->authorities);
  if (!good.ok()) return good;
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
