#include "server/base/little_endian.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace dino {
namespace {

TEST(LittleEndianTest, TheLeastByteComesFirst) {
  std::string bytes = "x";
  AppendLittleEndian(0x0807060504030201U, bytes);
  EXPECT_EQ(bytes, "x\x01\x02\x03\x04\x05\x06\x07\x08");
}

TEST(LittleEndianTest, ReadsWhatWasWritten) {
  for (const std::uint64_t number : {0UL, 1UL, 0x80FF'00FF'7F80'FF01UL, ~0UL}) {
    std::string bytes;
    AppendLittleEndian(number, bytes);
    EXPECT_EQ(ReadLittleEndian(bytes), number);
  }
}

}  // namespace
}  // namespace dino
