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

template <typename Digest>
Digest Hash(const EVP_MD* algorithm, std::initializer_list<std::string_view> pieces) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Check(context != nullptr);
  Check(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1);
  for (const std::string_view piece : pieces) {
    Check(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
  }
  Digest digest{};
  Check(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

Sha1Digest Sha1(std::initializer_list<std::string_view> pieces) {
  return Hash<Sha1Digest>(EVP_sha1(), pieces);
}

Sha256Digest Sha256(std::initializer_list<std::string_view> pieces) {
  return Hash<Sha256Digest>(EVP_sha256(), pieces);
}

bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace dino
