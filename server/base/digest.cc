#include "server/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace dino {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void Check(bool success) {
  if (!success) std::abort();
}

// Looked up once: OpenSSL 3 otherwise looks through its providers, under a lock, for each hash.
const EVP_MD* Fetch(const char* name) {
  const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  Check(algorithm != nullptr);
  return algorithm;
}

// One for each algorithm: to change it costs an allocation.
template <typename Digest>
EVP_MD_CTX* Context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Check(context != nullptr);
  return context.get();
}

template <typename Digest>
Digest Hash(const EVP_MD* algorithm, std::initializer_list<std::string_view> pieces) {
  EVP_MD_CTX* const context = Context<Digest>();
  Check(EVP_DigestInit_ex2(context, algorithm, nullptr) == 1);
  for (const std::string_view piece : pieces) {
    Check(EVP_DigestUpdate(context, piece.data(), piece.size()) == 1);
  }
  Digest digest{};
  Check(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

Sha1Digest Sha1(std::initializer_list<std::string_view> pieces) {
  static const EVP_MD* const algorithm = Fetch("SHA1");
  return Hash<Sha1Digest>(algorithm, pieces);
}

Sha256Digest Sha256(std::initializer_list<std::string_view> pieces) {
  static const EVP_MD* const algorithm = Fetch("SHA256");
  return Hash<Sha256Digest>(algorithm, pieces);
}

bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace dino
