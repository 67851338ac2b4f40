#include "server/auth/api_key.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::auth {
namespace {

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
