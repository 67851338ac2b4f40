#ifndef DINO_SERVER_AUTH_AUTHENTICATOR_H_
#define DINO_SERVER_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/auth/caller.h"
#include "server/auth/callers.h"
#include "server/base/mutex.h"
#include "server/tls/server_tls.h"

namespace dino::auth {

// What somebody shows who calls.
struct Evidence {
  std::optional<std::string_view> api_key;
  // PEM; of a certificate whose authority and time were found right when the connection was made.
  std::optional<std::string_view> certificate;
};

// Tells who calls.
//
// With a key file that is somebody whom the file knows, by an API key or by a name in the client
// certificate; without one it is whoever has a certificate of the right authority, by its first
// name. A certificate that was revoked opens nothing. Thread-safe.
class Authenticator {
 public:
  // Of `callers` and `tls` at least one is not null; both outlive it.
  Authenticator(const Callers* callers, const tls::ServerTls* tls) : callers_(callers), tls_(tls) {}
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Whether keys, and whether certificates, count at all.
  bool takes_keys() const { return callers_ != nullptr; }
  bool takes_certificates() const { return tls_ != nullptr && tls_->wants_client_certificates(); }

  // Returns who it is, or an error for the caller to read, which repeats nothing that was shown.
  absl::StatusOr<std::shared_ptr<const Caller>> Identify(const Evidence& evidence) const;

  // Another number after every change of files: who was identified before is to be identified
  // again.
  std::uint64_t generation() const;

 private:
  using Owner = absl::StatusOr<std::shared_ptr<const Caller>>;

  // Whose certificate it is.
  Owner OwnerOf(std::string_view certificate) const;
  Owner FindOwner(std::string_view certificate) const;

  const Callers* const callers_;
  const tls::ServerTls* const tls_;

  mutable Mutex mutex_;
  // What `owners_` was found with.
  mutable std::uint64_t owners_generation_ ABSL_GUARDED_BY(mutex_) = 0;
  // By certificate, since each call of a connection shows the same one.
  mutable absl::flat_hash_map<std::string, Owner> owners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_AUTHENTICATOR_H_
