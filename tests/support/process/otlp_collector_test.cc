#include "tests/support/process/otlp_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/process/http_client.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::string kBody =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
    R"("spanId":"b7ad6b7169203331","name":"a","kind":3,"startTimeUnixNano":"5",)"
    R"("endTimeUnixNano":"7","attributes":[{"key":"n","value":{"intValue":"1"}}],)"
    R"("status":{"code":2}}]}]}]})";

TEST(OtlpCollectorTest, TakesSpans) {
  OtlpCollector collector;
  const std::string answer =
      HttpExchange(collector.address(), "POST /v1/traces HTTP/1.1\r\nContent-Length: " +
                                            std::to_string(kBody.size()) + "\r\n\r\n" + kBody);
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  const auto spans = collector.WaitForSpans(1);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].name, "a");
  EXPECT_EQ(spans[0].kind, 3);
  EXPECT_EQ(spans[0].until - spans[0].from, 2);
  EXPECT_TRUE(spans[0].failed);
  EXPECT_THAT(spans[0].attributes, ElementsAre(Pair("n", "1")));
}

TEST(ReadOtlpJsonTest, WhatIsNoSpanFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(ReadOtlpJson("{"), "not JSON");
}

}  // namespace
}  // namespace dino::testing
