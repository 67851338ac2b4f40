#include "server/auth/api_key.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::auth {
namespace {

constexpr char kAbcDigest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(ApiKeyTest, DigestsAreSha256) {
  // The example of FIPS 180-2.
  EXPECT_EQ(ToHex(DigestOf("abc")), kAbcDigest);
}

TEST(ApiKeyTest, HexadecimalDigitsAreReadInEitherCase) {
  EXPECT_EQ(FromHex(kAbcDigest), DigestOf("abc"));
  std::string upper = kAbcDigest;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(FromHex(upper), DigestOf("abc"));
}

TEST(ApiKeyTest, NothingElseIsADigest) {
  const std::string digest = kAbcDigest;
  for (const std::string& text :
       {std::string(), digest.substr(1), digest + "0", "g" + digest.substr(1),
        " " + digest.substr(1), std::string(64, '\0')}) {
    EXPECT_FALSE(FromHex(text).has_value()) << text;
  }
}

TEST(ApiKeyTest, EqualIsTrueOfEqualDigestsOnly) {
  const KeyDigest digest = DigestOf("abc");
  EXPECT_TRUE(Equal(digest, DigestOf("abc")));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    KeyDigest other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(Equal(digest, other)) << i;
  }
}

TEST(ApiKeyTest, KeysAreVisibleAsciiOfACertainLength) {
  EXPECT_TRUE(CheckKey(std::string(16, '!')).ok());
  EXPECT_TRUE(CheckKey(std::string(512, '~')).ok());
  for (const std::string& key : {std::string(), std::string(15, 'k'), std::string(513, 'k'),
                                 std::string(16, ' '), std::string(15, 'k') + "\n",
                                 std::string(15, 'k') + "\x7f", std::string(15, 'k') + "\xff"}) {
    EXPECT_FALSE(CheckKey(key).ok()) << key;
  }
}

TEST(ApiKeyTest, TheErrorDoesNotRepeatTheKey) {
  EXPECT_EQ(CheckKey("secret").message().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace dino::auth
