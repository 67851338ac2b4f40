#include "server/base/digest.h"

#include <gtest/gtest.h>

#include "server/base/hex.h"

namespace dino {
namespace {

// The examples of FIPS 180.
TEST(DigestTest, MatchesTheStandardsExamples) {
  EXPECT_EQ(ToHex(Sha1({"abc"})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ToHex(Sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(DigestTest, OfPiecesIsThatOfTheWhole) {
  EXPECT_EQ(Sha1({"a", "", "bc"}), Sha1({"abc"}));
  EXPECT_EQ(Sha256({"ab", "c"}), Sha256({"abc"}));
}

TEST(DigestTest, EqualDigestsAreEqualInEveryByte) {
  const Sha256Digest digest = Sha256({"abc"});
  EXPECT_TRUE(EqualInConstantTime(digest, Sha256({"abc"})));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256Digest other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(EqualInConstantTime(digest, other)) << i;
  }
}

}  // namespace
}  // namespace dino
