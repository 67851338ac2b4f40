#ifndef DINO_SERVER_TLS_REVOCATIONS_H_
#define DINO_SERVER_TLS_REVOCATIONS_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/base/mutex.h"
#include "server/base/watched_files.h"
#include "server/log/state_log.h"
#include "server/tls/certificate.h"
#include "server/tls/revocation_list.h"

namespace dino::tls {

// Checks a file of revocation lists. REQUIRES: `client_ca_path` is usable.
absl::Status CheckCrlFile(const std::string& path, const std::string& client_ca_path);

// Says which client certificates were revoked, by a file of revocation lists. A thread of this
// object rereads it soon after it changes. While it cannot be read no certificate is accepted.
// Thread-safe.
class Revocations {
 public:
  // With an empty path nothing is revoked.
  Revocations(const std::string& path, const std::string& client_ca_path);
  Revocations(const Revocations&) = delete;
  Revocations& operator=(const Revocations&) = delete;

  bool enabled() const { return enabled_; }

  // Reads the file and starts watching it. Call once. Fails if it cannot be read.
  absl::Status Start();

  // Rereads the file now if it has changed.
  absl::Status Refresh() { return enabled_ ? file_.Refresh() : absl::OkStatus(); }

  // OK, or why a client certificate is not accepted, for its caller to read. UNAUTHENTICATED: it or
  // an authority between it and the `authorities` was revoked. NOT_FOUND: none of them has issued
  // it. FAILED_PRECONDITION: the lists cannot be read.
  //
  // `presented`: the other certificates of its connection, PEM. A connection that resumes an
  // earlier session has none; others' are tried then.
  absl::Status Check(const Certificate& certificate, std::string_view presented,
                     const Certificates& authorities) const;

  // False while the file cannot be read.
  bool readable() const { return !enabled_ || file_.current(); }

  // Changes whenever another certificate may be revoked.
  std::uint64_t generation() const { return file_.generation() + file_.errors(); }

 private:
  absl::StatusOr<Certificates> FindChain(const Certificate& certificate, std::string_view presented,
                                         const Certificates& authorities) const;
  void Remember(const Certificates& chain) const;

  const bool enabled_;
  mutable Mutex mutex_;
  // Certificates of intermediate authorities, not revoked when they were seen; the newest last.
  mutable std::deque<Certificate> intermediates_ ABSL_GUARDED_BY(mutex_);
  // The watching thread's.
  log::StateLog unreadable_log_{
      {log::Level::kError, "the revocation lists cannot be read; no client certificate is accepted",
       "the revocation lists can be read again"}};
  log::StateLog expiry_log_{{log::Level::kWarning,
                             "revocation lists have expired; they stay in force",
                             "no revocation list has expired any more"}};
  WatchedFiles<RevocationList> file_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_REVOCATIONS_H_
