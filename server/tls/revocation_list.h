#ifndef DINO_SERVER_TLS_REVOCATION_LIST_H_
#define DINO_SERVER_TLS_REVOCATION_LIST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/tls/certificate.h"

struct X509_crl_st;

namespace dino::tls {

// The certificates that their authorities have revoked. Thread-safe.
class RevocationList {
 public:
  // Revokes nothing.
  RevocationList() = default;

  // Reads X.509 revocation lists, PEM, one after the other. Fails if there is none, or one that
  // none of the `authorities` (PEM) has signed. An expired one still counts.
  static absl::StatusOr<RevocationList> Parse(const std::string& pem,
                                              const std::string& authorities);

  bool Contains(const Certificate& certificate) const;

 private:
  using Lists = std::vector<std::shared_ptr<X509_crl_st>>;

  explicit RevocationList(Lists lists) : lists_(std::move(lists)) {}

  Lists lists_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_REVOCATION_LIST_H_
