#ifndef DINO_SERVER_AUTH_FORWARDED_CERTIFICATE_H_
#define DINO_SERVER_AUTH_FORWARDED_CERTIFICATE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/tls/certificate.h"

namespace dino::auth {

// What a proxy says of the certificate that its caller has shown. The proxy has verified it.
struct ForwardedCertificate {
  std::optional<tls::Certificate> certificate;
  // PEM of those that were shown beside it; may be empty.
  std::string chain;
  // What stands in it, if it does not come itself: as `tls::Certificate` has them.
  std::vector<std::string> names;
  std::string subject;
};

// The header of Envoy and the meshes made of it, whose value has a form of its own.
inline constexpr std::string_view kXfccHeader = "x-forwarded-client-cert";

// Reads the value of a header in which a proxy forwards a certificate: of `kXfccHeader` what its
// last element says, which is about whoever called that proxy itself; of any other header a
// certificate as base64 of DER, with or without colons around it (RFC 9440), or as PEM with percent
// escapes. The error says what is wrong and repeats nothing of the value. Takes time in proportion
// to its bytes.
absl::StatusOr<ForwardedCertificate> ReadForwardedCertificate(std::string_view header,
                                                              std::string_view value);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_FORWARDED_CERTIFICATE_H_
