#include "server/auth/authenticator.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/auth/forwarded_certificate.h"
#include "server/base/clock.h"
#include "server/log/log.h"

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
  if (credentials.forwarded.has_value()) {
    owner = OwnerOfForwarded(*credentials.forwarded);
  } else if (credentials.certificate.has_value()) {
    owner = OwnerOfCertificate(*credentials.certificate, credentials.chain);
  }
  if (!owner.ok()) return owner;
  if (callers_ == nullptr) {
    // Where TLS wants certificates everybody has one.
    if (*owner != nullptr || caller_header_.empty()) return owner;
    return absl::UnauthenticatedError("no client certificate was shown or forwarded");
  }
  if (credentials.api_key.has_value()) {
    std::shared_ptr<const Caller> caller = callers_->Find(*credentials.api_key);
    if (caller == nullptr) return absl::UnauthenticatedError("unknown API key");
    return caller;
  }
  if (*owner != nullptr) return owner;
  return absl::UnauthenticatedError(
      credentials.certificate.has_value() || credentials.forwarded.has_value()
          ? "the client certificate has no known name, and the metadata has no API key"
          : "the metadata must have one authorization entry: Bearer and an API key");
}

std::uint64_t Authenticator::generation() const {
  return (callers_ == nullptr ? 0 : callers_->generation()) +
         (tls_ == nullptr ? 0 : tls_->generation());
}

void Authenticator::NoteIgnoredHeader(const std::string& peer) const {
  if (const auto more = ignored_headers_.TakeOne(Clock::now())) {
    log::Warning("forwarded certificate ignored: its sender is not in trusted-proxies",
                 {{"header", caller_header_}, {"peer", peer}, {"unlogged", *more}});
  }
}

Authenticator::Owner Authenticator::OwnerOfCertificate(std::string_view certificate,
                                                       std::string_view chain) const {
  std::string both;
  if (!chain.empty()) both.append(certificate).append(chain);
  return OwnerOf(chain.empty() ? certificate : both, [&]() -> Owner {
    const absl::StatusOr<tls::Certificate> parsed = tls::Certificate::Parse(certificate);
    if (parsed.ok()) return FindOwner(*parsed, chain);
    return absl::UnauthenticatedError("the client certificate cannot be read");
  });
}

Authenticator::Owner Authenticator::OwnerOfForwarded(std::string_view value) const {
  // No certificate begins like that.
  return OwnerOf(std::string("forwarded ").append(value), [&] { return FindForwarded(value); });
}

template <typename Function>
Authenticator::Owner Authenticator::OwnerOf(std::string_view shown, const Function& find) const {
  const absl::string_view key(shown.data(), shown.size());
  const std::uint64_t now = generation();
  {
    const MutexLock lock(mutex_);
    if (owners_generation_ != now) Forget(now);
    const auto known = owners_.find(key);
    if (known != owners_.end()) return known->second;
  }
  Owner owner = find();
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

Authenticator::Owner Authenticator::FindForwarded(std::string_view value) const {
  const auto forwarded = ReadForwardedCertificate(caller_header_, value);
  if (!forwarded.ok()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the client certificate in ", caller_header_,
                     " cannot be read: ", forwarded.status().message()));
  }
  if (forwarded->certificate.has_value()) {
    return FindOwner(*forwarded->certificate, forwarded->chain);
  }
  if (checks_revocations()) {
    return absl::UnauthenticatedError(
        absl::StrCat("certificates may be revoked, and ", caller_header_, " has none"));
  }
  return FindByNames(forwarded->names, forwarded->subject);
}

Authenticator::Owner Authenticator::FindOwner(const tls::Certificate& certificate,
                                              std::string_view chain) const {
  if (checks_revocations()) {
    absl::Status good = tls_->revocations().Check(certificate, chain, tls_->config()->authorities);
    if (!good.ok()) return good;
  }
  return FindByNames(certificate.Names(), certificate.Subject());
}

Authenticator::Owner Authenticator::FindByNames(const std::vector<std::string>& names,
                                                const std::string& subject) const {
  if (callers_ == nullptr) {
    const std::string& name = names.empty() ? subject : names.front();
    // A proxy need not forward any.
    if (name.empty() && !caller_header_.empty()) {
      return absl::UnauthenticatedError("the client certificate has no name");
    }
    return UnlimitedCaller(name);
  }
  for (const std::string& name : names) {
    if (std::shared_ptr<const Caller> caller = callers_->FindByName(name)) return caller;
  }
  return std::shared_ptr<const Caller>();
}

}  // namespace dino::auth
