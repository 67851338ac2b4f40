#include "server/tls/revocation_list.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "server/tls/openssl_pointers.h"

namespace dino::tls {
namespace {

using Authorities = std::vector<std::shared_ptr<X509>>;

Authorities ParseAuthorities(const std::string& pem) {
  Authorities authorities;
  const Bio bio = BioOf(pem);
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    authorities.emplace_back(next, X509_free);
  }
  ERR_clear_error();
  return authorities;
}

bool IsSignedBy(X509_CRL* list, const Authorities& authorities) {
  return std::any_of(
      authorities.begin(), authorities.end(), [list](const std::shared_ptr<X509>& authority) {
        return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority.get())) ==
                   0 &&
               X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1;
      });
}

}  // namespace

absl::StatusOr<RevocationList> RevocationList::Parse(const std::string& pem,
                                                     const std::string& authorities) {
  const Authorities known = ParseAuthorities(authorities);
  Lists lists;
  const Bio bio = BioOf(pem);
  while (X509_CRL* const next = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    lists.emplace_back(next, X509_CRL_free);
    if (IsSignedBy(next, known)) continue;
    ERR_clear_error();
    return absl::InvalidArgumentError(
        "has a revocation list that none of the authorities has signed");
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end || lists.empty()) {
    return absl::InvalidArgumentError("has no usable revocation list in PEM format");
  }
  return RevocationList(std::move(lists));
}

bool RevocationList::Contains(const Certificate& certificate) const {
  return std::any_of(lists_.begin(), lists_.end(), [&](const std::shared_ptr<X509_CRL>& list) {
    X509_REVOKED* entry = nullptr;
    return X509_CRL_get0_by_cert(list.get(), &entry, certificate.get()) == 1;
  });
}

}  // namespace dino::tls
