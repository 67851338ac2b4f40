// The header in which a proxy forwards a certificate.
#include "server/auth/forwarded_certificate.h"

#include <string>
#include <string_view>

#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

void TryHeader(std::string_view header, std::string_view bytes) {
  const auto forwarded = auth::ReadForwardedCertificate(header, bytes);
  if (!forwarded.ok()) {
    Require(!forwarded.status().message().empty(), "what is refused has a reason");
    RequirePrintable(std::string(forwarded.status().message()));
    return;
  }
  for (const std::string& name : forwarded->names) {
    Require(!name.empty() && name.size() <= 255, "a name is within its limits");
    RequirePrintable(name);
  }
  if (!forwarded->certificate.has_value()) return;
  for (const std::string& name : forwarded->certificate->Names()) RequirePrintable(name);
}

}  // namespace

void FuzzForwardedCertificate(std::string_view bytes) {
  TryHeader(auth::kXfccHeader, bytes);
  TryHeader("client-cert", bytes);
}

}  // namespace dino::fuzz
