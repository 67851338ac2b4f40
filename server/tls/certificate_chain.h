#ifndef DINO_SERVER_TLS_CERTIFICATE_CHAIN_H_
#define DINO_SERVER_TLS_CERTIFICATE_CHAIN_H_

#include "absl/status/statusor.h"
#include "server/tls/certificate.h"

namespace dino::tls {

// The chain of a client certificate: itself first, then always the issuer of the one before, up to
// one of the `authorities`. What stands between is looked for among the authorities and then among
// `others`, which need not be trusted. Dates are not checked: the handshake has done that. Fails if
// there is no such chain. Thread-safe.
absl::StatusOr<Certificates> ChainOf(const Certificate& certificate, const Certificates& others,
                                     const Certificates& authorities);

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_CERTIFICATE_CHAIN_H_
