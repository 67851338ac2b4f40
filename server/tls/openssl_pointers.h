#ifndef DINO_SERVER_TLS_OPENSSL_POINTERS_H_
#define DINO_SERVER_TLS_OPENSSL_POINTERS_H_

#include <openssl/bio.h>

#include <memory>
#include <string_view>

namespace dino::tls {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

// Lets OpenSSL read a text, which must outlive it.
inline Bio BioOf(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_OPENSSL_POINTERS_H_
