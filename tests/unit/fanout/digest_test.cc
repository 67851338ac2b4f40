#include "server/fanout/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace dino::fanout {
namespace {

template <typename Digest>
std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// The examples of FIPS 180.
TEST(DigestTest, IsThatOfTheStandard) {
  EXPECT_EQ(Hex(Sha1({"abc"})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hex(Sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(DigestTest, IsThatOfThePiecesJoined) {
  EXPECT_EQ(Sha1({"a", "", "bc"}), Sha1({"abc"}));
  EXPECT_EQ(Sha256({"ab", "c"}), Sha256({"abc"}));
}

}  // namespace
}  // namespace dino::fanout
