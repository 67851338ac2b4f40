#ifndef DINO_SERVER_TLS_REVOCATION_LIST_H_
#define DINO_SERVER_TLS_REVOCATION_LIST_H_

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/tls/certificate.h"

struct X509_crl_st;

namespace dino::tls {

// The certificates that their issuers have revoked, as X.509 revocation lists say. An expired list
// still counts. Thread-safe.
class RevocationList {
 public:
  // Reads lists in PEM format, one after the other. Fails if there is none, or if one has the name
  // of one of the `authorities` and was signed by none of them. Those of other issuers are
  // accepted: callers present the certificates of intermediate authorities themselves.
  static absl::StatusOr<RevocationList> Parse(std::string_view pem,
                                              const Certificates& authorities);

  // OK, or why a certificate is not accepted: it was revoked, or none of the lists with its
  // issuer's name was signed by the issuer. `issuers`: where to find that one; others are ignored,
  // and without it the signature is not checked.
  absl::Status Check(const Certificate& certificate, const Certificates& issuers) const;

  std::size_t size() const { return lists_.size(); }
  // How many lists should have been replaced by now.
  std::size_t ExpiredLists() const;

 private:
  using List = std::shared_ptr<X509_crl_st>;

  explicit RevocationList(std::vector<List> lists) : lists_(std::move(lists)) {}

  std::vector<List> lists_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_REVOCATION_LIST_H_
