#ifndef DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_FORMS_H_
#define DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_FORMS_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace dino::testing {

// As proxies forward a certificate in PEM format: as base64 of DER, and with percent escapes.
inline std::string AsBase64(const std::string& pem) {
  std::string base64;
  for (const absl::string_view line : absl::StrSplit(pem, '\n')) {
    if (!absl::StartsWith(line, "-----")) absl::StrAppend(&base64, line);
  }
  return base64;
}

inline std::string AsEscapedPem(const std::string& pem) {
  return absl::StrReplaceAll(
      pem, {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_FORMS_H_
