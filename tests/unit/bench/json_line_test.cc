#include "bench/base/json_line.h"

#include <gtest/gtest.h>

namespace dino::bench {
namespace {

TEST(JsonLineTest, WritesStringsAndNumbers) {
  JsonLine line;
  line.Add("program", "sink").Add("count", std::uint64_t{3}).Add("seconds", 0.5);
  EXPECT_EQ(line.text(), R"({"program":"sink","count":3,"seconds":0.5000})");
}

}  // namespace
}  // namespace dino::bench
