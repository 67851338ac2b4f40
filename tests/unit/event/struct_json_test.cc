#include "server/event/struct_json.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

std::string ListOf(int length, const std::string& entry) {
  std::string list = R"({"a":[)" + entry;
  for (int i = 1; i < length; ++i) list += "," + entry;
  return list + "]}";
}

std::string Nested(int depth) {
  return R"({"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

// Written unchanged.
const std::vector<std::string> kObjects = {
    "{}",
    R"({"":null})",
    R"({"a":true,"b":false,"c":{},"d":[],"é":""})",
    R"({"a":"\u0001\u001F\"\\\n"})",
    R"({"\u0001\u0002":"\u0003"})",
    R"({"a":-1.7976931348623157e308,"b":5e-324,"c":-9007199254740992,"d":0.1})",
    R"({"a":{"b":{"c":[1,[2,{"d":"e"}]]}}})",
    ListOf(1000, "null"),
    ListOf(1000, "false"),
    ListOf(1000, R"("\u0000")"),
    ListOf(1000, "-2.2250738585072014e-308"),
    ListOf(1000, R"({"":[]})"),
    Nested(30),
};

TEST(StructJsonTest, WritesMembersSortedAndCompact) {
  for (const std::string& object : kObjects) {
    EXPECT_EQ("{" + JsonMembers(StructOf(object)) + "}", object);
  }
  EXPECT_EQ(JsonMembers(StructOf(R"({ "b": 1.0, "a": [ ] })")), R"("a":[],"b":1)");
}

TEST(StructJsonTest, CountsTheBytesOfTheObject) {
  for (const std::string& object : kObjects) {
    EXPECT_EQ(JsonBytes(StructOf(object)), object.size()) << object;
    EXPECT_GE(MaxJsonBytes(StructOf(object)), object.size()) << object;
  }
}

}  // namespace
}  // namespace dino::event
