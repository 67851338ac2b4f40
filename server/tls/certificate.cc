#include "server/tls/certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/tls/openssl_pointers.h"

namespace dino::tls {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using GeneralNames = std::unique_ptr<GENERAL_NAMES, FreeNames>;

std::optional<std::string> TextOf(const ASN1_IA5STRING& text) {
  std::string name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
                   static_cast<std::size_t>(ASN1_STRING_length(&text)));
  const auto is_visible = [](unsigned char c) { return absl::ascii_isgraph(c); };
  if (name.empty() || name.size() > kMaxNameBytes ||
      !std::all_of(name.begin(), name.end(), is_visible)) {
    return std::nullopt;
  }
  return name;
}

}  // namespace

absl::StatusOr<Certificate> Certificate::Parse(std::string_view pem) {
  const Bio bio = BioOf(pem);
  X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  if (certificate == nullptr) return absl::InvalidArgumentError("no certificate in PEM format");
  return Certificate(std::shared_ptr<X509>(certificate, X509_free));
}

Certificates Certificate::ParseAll(std::string_view pem) {
  Certificates all;
  const Bio bio = BioOf(pem);
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    all.push_back(Certificate(std::shared_ptr<X509>(next, X509_free)));
  }
  ERR_clear_error();
  return all;
}

Certificate Certificate::Of(X509* certificate) {
  X509_up_ref(certificate);
  return Certificate(std::shared_ptr<X509>(certificate, X509_free));
}

std::vector<std::string> Certificate::Names() const {
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  const GeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr)));
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names.get());
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(names.get(), i);
    if (name.type != GEN_URI && name.type != GEN_DNS) continue;
    std::optional<std::string> text = TextOf(*name.d.ia5);
    if (!text.has_value()) continue;
    // Else it could pass for another's DNS name.
    if (name.type == GEN_URI && !absl::StrContains(*text, ":")) continue;
    if (name.type == GEN_URI) {
      uris.push_back(*std::move(text));
    } else {
      absl::AsciiStrToLower(&*text);
      dns_names.push_back(*std::move(text));
    }
  }
  std::move(dns_names.begin(), dns_names.end(), std::back_inserter(uris));
  return uris;
}

std::string Certificate::Subject() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate_.get()), 0, XN_FLAG_RFC2253);
  const char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::chrono::system_clock::time_point Certificate::not_after() const {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate_.get()), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

}  // namespace dino::tls
