#ifndef DINO_SERVER_AUTH_AUTHENTICATOR_H_
#define DINO_SERVER_AUTH_AUTHENTICATOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/auth/caller.h"
#include "server/auth/callers.h"
#include "server/base/mutex.h"
#include "server/log/line_pace.h"
#include "server/tls/certificate.h"
#include "server/tls/server_tls.h"

namespace dino::auth {

// The credentials that a caller presents.
struct Credentials {
  std::optional<std::string_view> api_key;
  // PEM of a certificate whose authority and dates were verified when the connection was made.
  std::optional<std::string_view> certificate;
  // PEM of what the connection has presented beside it; needed only if revocations are checked.
  std::string_view chain = {};
  // What a trusted proxy has forwarded instead, see `Authenticator::caller_header`.
  std::optional<std::string_view> forwarded = {};
};

// Identifies callers.
//
// With a key file, by an API key or a name in the client certificate that the file lists; without
// one, by the first name in a client certificate of a trusted authority. A certificate that a
// trusted proxy forwards is as good as one of the connection. Revoked certificates are refused.
// Thread-safe.
class Authenticator {
 public:
  // At least one of `callers` and `tls` is not null, or there is a `caller_header`; the first two
  // must outlive this.
  Authenticator(const Callers* callers, const tls::ServerTls* tls, std::string caller_header = "")
      : callers_(callers), tls_(tls), caller_header_(std::move(caller_header)) {}
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Whether API keys and client certificates are accepted.
  bool takes_keys() const { return callers_ != nullptr; }
  bool takes_certificates() const { return tls_ != nullptr && tls_->wants_client_certificates(); }
  // Whether `Credentials::chain` is needed.
  bool checks_revocations() const { return takes_certificates() && tls_->revocations().enabled(); }
  // The metadata in which trusted proxies forward certificates, see `ReadForwardedCertificate`;
  // empty if none do.
  const std::string& caller_header() const { return caller_header_; }

  // Logs, at a pace, that somebody else than a trusted proxy has sent a `caller_header`.
  void NoteIgnoredHeader(const std::string& peer) const;

  // Returns the caller, or an error for the caller to read that repeats no credentials.
  absl::StatusOr<std::shared_ptr<const Caller>> Identify(const Credentials& credentials) const;

  // Changes whenever the files do: callers must then be identified again.
  std::uint64_t generation() const;

 private:
  using Owner = absl::StatusOr<std::shared_ptr<const Caller>>;

  // The owner of what was shown, which `find` finds out if it is not known yet; an error tells its
  // caller why it is not accepted.
  template <typename Function>
  Owner OwnerOf(std::string_view shown, const Function& find) const;
  Owner OwnerOfCertificate(std::string_view certificate, std::string_view chain) const;
  Owner OwnerOfForwarded(std::string_view value) const;
  Owner FindForwarded(std::string_view value) const;
  Owner FindOwner(const tls::Certificate& certificate, std::string_view chain) const;
  Owner FindByNames(const std::vector<std::string>& names, const std::string& subject) const;
  // Of this generation none is known yet.
  void Forget(std::uint64_t generation) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Callers* const callers_;
  const tls::ServerTls* const tls_;
  const std::string caller_header_;
  mutable log::LinePace ignored_headers_{std::chrono::minutes(1)};

  mutable Mutex mutex_;
  // The generation that `owners_` is from.
  mutable std::uint64_t owners_generation_ ABSL_GUARDED_BY(mutex_) = 0;
  // By certificate and chain, because all calls of a connection present the same ones, or by what
  // was forwarded.
  mutable absl::flat_hash_map<std::string, Owner> owners_ ABSL_GUARDED_BY(mutex_);
  // Of the texts in it.
  mutable std::size_t owners_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_AUTHENTICATOR_H_
