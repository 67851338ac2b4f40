#ifndef DINO_SERVER_MQTT_LINK_TLS_CONTEXT_H_
#define DINO_SERVER_MQTT_LINK_TLS_CONTEXT_H_

#include <array>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/base/text_file.h"

struct ssl_ctx_st;

namespace dino::mqtt {

// The paths of PEM files. TLS is used if `ca` is set.
struct TlsFiles {
  // Who may have signed the broker's certificate.
  std::string ca;
  // What we show to the broker, with its chain, and its key without a passphrase. Both or none.
  std::string certificate;
  std::string key;
};

// What OpenSSL needs to know for connections to one host: TLS 1.2 or newer, a broker certificate
// that the CA has signed, that is in force, and that carries the host's name or address. A name is
// also sent as the wanted one (SNI), since libmosquitto would send the address that it connects to.
// Null: no TLS.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Why the calling thread refused a broker's certificate since it was last asked; empty if it did
// not.
std::string TakeVerifyError();

// The errno at which the calling thread's last TLS handshake stopped since it was last asked; 0 if
// it did not stop, or the peer closed the connection.
int TakeHandshakeErrno();

// Makes contexts and keeps them until one of the files changes. What is broken is tried
// again by each call. Thread-safe; may block for as long as the file system does.
class TlsContexts {
 public:
  explicit TlsContexts(TlsFiles files) : files_(std::move(files)) {}

  // The context for a broker of that name or numeric address, from the files as they are now.
  absl::StatusOr<TlsContext> For(const std::string& host);

 private:
  using Stamps = std::array<FileStamp, 3>;

  const TlsFiles files_;
  Mutex mutex_;
  // Of the files that `contexts_` were made of.
  Stamps stamps_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, TlsContext> contexts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_TLS_CONTEXT_H_
