#include "server/grpc/method_table.h"

#include <gtest/gtest.h>

#include <memory>

namespace dino::transport {
namespace {

std::vector<Method> Methods() {
  const auto handle = [](Call&) { return std::unique_ptr<Handler>(); };
  return {{"a.Service", "One", Method::Type::kUnary, Method::Bound::kHandler, handle},
          {"a.Service", "Two", Method::Type::kBidiStream, Method::Bound::kHandler, handle},
          {"b.Service", "One", Method::Type::kServerStream, Method::Bound::kHandler, handle}};
}

TEST(MethodTableTest, FindsAMethodByItsPath) {
  CallMeters meters;
  const MethodTable table(Methods(), meters);
  const MethodTable::Entry* const entry = table.Find("/a.Service/Two");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->method.name, "Two");
  EXPECT_EQ(entry->meter->name().service, "a.Service");
  EXPECT_EQ(entry->meter->name().type, "bidi_stream");
}

TEST(MethodTableTest, FindsNothingElse) {
  CallMeters meters;
  const MethodTable table(Methods(), meters);
  for (const char* const path : {"", "/", "a.Service/One", "/a.Service/", "/a.Service/Three",
                                 "/a.Service/One/", "/A.Service/One"}) {
    EXPECT_EQ(table.Find(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace dino::transport
