#include "server/ops/ops_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dino::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OpsPagesTest : public ::testing::Test {
 protected:
  bool ready_ = true;
  OpsPages pages_{{[this] { return ready_; }, [] { return "metrics"; }, [] { return "{}"; }}};
};

TEST_F(OpsPagesTest, LivenessDoesNotFollowReadiness) {
  EXPECT_EQ(pages_.Answer("/livez").status, 200U);
  EXPECT_EQ(pages_.Answer("/readyz").status, 200U);
  ready_ = false;
  EXPECT_EQ(pages_.Answer("/livez").status, 200U);
  EXPECT_EQ(pages_.Answer("/readyz").status, 503U);
}

TEST_F(OpsPagesTest, EachPageHasItsType) {
  EXPECT_EQ(pages_.Answer("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(pages_.Answer("/metrics").body, "metrics");
  EXPECT_EQ(pages_.Answer("/status.json").content_type, "application/json");
  EXPECT_EQ(pages_.Answer("/status.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(pages_.Answer("/status.js").content_type, "text/javascript; charset=utf-8");
}

TEST_F(OpsPagesTest, ThePageMayLoadOnlyItsOwnFiles) {
  const HttpAnswer page = pages_.Answer("/");
  ASSERT_FALSE(page.headers.empty());
  EXPECT_EQ(page.headers[0].first, "Content-Security-Policy");
  EXPECT_THAT(page.headers[0].second, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.headers[0].second, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.body, Not(HasSubstr("http")));
  EXPECT_THAT(page.body, HasSubstr("status.js"));
}

TEST_F(OpsPagesTest, NothingElseIsThere) {
  for (const char* path : {"", "//", "/metrics/", "/livez/", "/../etc/passwd", "/status.html"}) {
    EXPECT_EQ(pages_.Answer(path).status, 404U) << path;
  }
}

}  // namespace
}  // namespace dino::ops
