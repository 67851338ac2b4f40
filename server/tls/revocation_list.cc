#include "server/tls/revocation_list.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <iterator>

#include "server/tls/openssl_pointers.h"

namespace dino::tls {
namespace {

// Those of `certificates` with this name.
Certificates Named(const X509_NAME* name, const Certificates& certificates) {
  Certificates named;
  std::copy_if(certificates.begin(), certificates.end(), std::back_inserter(named),
               [name](const Certificate& each) {
                 return X509_NAME_cmp(name, X509_get_subject_name(each.get())) == 0;
               });
  return named;
}

bool IsSignedByAny(X509_CRL* list, const Certificates& issuers) {
  const bool is_signed =
      std::any_of(issuers.begin(), issuers.end(), [list](const Certificate& issuer) {
        return X509_CRL_verify(list, X509_get0_pubkey(issuer.get())) == 1;
      });
  ERR_clear_error();
  return is_signed;
}

}  // namespace

absl::StatusOr<RevocationList> RevocationList::Parse(std::string_view pem,
                                                     const Certificates& authorities) {
  std::vector<List> lists;
  const Bio bio = BioOf(pem);
  while (X509_CRL* const next = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    lists.emplace_back(next, X509_CRL_free);
    const Certificates issuers = Named(X509_CRL_get_issuer(next), authorities);
    if (issuers.empty() || IsSignedByAny(next, issuers)) continue;
    return absl::InvalidArgumentError(
        "has a revocation list that the authority of its name has not signed");
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end || lists.empty()) {
    return absl::InvalidArgumentError("has no usable revocation list in PEM format");
  }
  return RevocationList(std::move(lists));
}

absl::Status RevocationList::Check(const Certificate& certificate,
                                   const Certificates& issuers) const {
  const X509_NAME* const name = X509_get_issuer_name(certificate.get());
  const Certificates named = Named(name, issuers);
  bool has_list = false;
  bool has_signed_list = named.empty();
  for (const List& list : lists_) {
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(list.get(), &entry, certificate.get()) == 1) {
      return absl::PermissionDeniedError("has been revoked");
    }
    if (X509_NAME_cmp(name, X509_CRL_get_issuer(list.get())) != 0) continue;
    has_list = true;
    has_signed_list = has_signed_list || IsSignedByAny(list.get(), named);
  }
  if (!has_list || has_signed_list) return absl::OkStatus();
  return absl::PermissionDeniedError("has an issuer that has not signed its revocation list");
}

std::size_t RevocationList::ExpiredLists() const {
  return static_cast<std::size_t>(std::count_if(lists_.begin(), lists_.end(), [](const List& list) {
    const ASN1_TIME* const next = X509_CRL_get0_nextUpdate(list.get());
    return next != nullptr && X509_cmp_current_time(next) < 0;
  }));
}

}  // namespace dino::tls
