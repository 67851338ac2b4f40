#include "server/tls/certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <utility>

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

bool IsUsable(std::string_view text) {
  const auto is_visible = [](unsigned char c) { return absl::ascii_isgraph(c); };
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), is_visible);
}

std::string_view TextOf(const ASN1_IA5STRING& text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
          static_cast<std::size_t>(ASN1_STRING_length(&text))};
}

}  // namespace

std::optional<std::string> UriName(std::string_view text) {
  if (!IsUsable(text) || !absl::StrContains({text.data(), text.size()}, ':')) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> DnsName(std::string_view text) {
  // No host name has a colon: it would be taken for a URI.
  if (!IsUsable(text) || absl::StrContains({text.data(), text.size()}, ':')) return std::nullopt;
  return absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
}

absl::StatusOr<Certificate> Certificate::Parse(std::string_view pem) {
  const Bio bio = BioOf(pem);
  X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  if (certificate == nullptr) return absl::InvalidArgumentError("no certificate in PEM format");
  return Certificate(std::shared_ptr<X509>(certificate, X509_free));
}

absl::StatusOr<Certificate> Certificate::ParseDer(std::string_view der) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = next + der.size();
  std::shared_ptr<X509> certificate(d2i_X509(nullptr, &next, static_cast<std::int64_t>(der.size())),
                                    X509_free);
  ERR_clear_error();
  if (certificate == nullptr || next != end) {
    return absl::InvalidArgumentError("no certificate in DER format");
  }
  return Certificate(std::move(certificate));
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
    if (name.type == GEN_URI) {
      if (auto uri = UriName(TextOf(*name.d.ia5))) uris.push_back(*std::move(uri));
    } else if (name.type == GEN_DNS) {
      if (auto dns_name = DnsName(TextOf(*name.d.ia5))) dns_names.push_back(*std::move(dns_name));
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
