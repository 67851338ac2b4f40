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
  OpsPagesTest() { health_.ready = true; }

  health::Health health_;
  OpsPages pages_{{[this] { return health_; }, [] { return "metrics"; }, [] { return "{}"; }}};
};

TEST_F(OpsPagesTest, LivenessDoesNotFollowReadiness) {
  EXPECT_EQ(pages_.Respond("/livez").status, 200U);
  EXPECT_EQ(pages_.Respond("/readyz").status, 200U);
  health_.ready = false;
  EXPECT_EQ(pages_.Respond("/livez").status, 200U);
  EXPECT_EQ(pages_.Respond("/readyz").status, 503U);
}

TEST_F(OpsPagesTest, ReadinessSaysWhatIsWrong) {
  EXPECT_EQ(pages_.Respond("/readyz").body, "good\n");
  health_.verdict = health::Verdict::kDegraded;
  health_.problems.resize(2);
  health_.problems[0].what = "One broker is lost.";
  health_.problems[1].what = "Another one is slow.";
  EXPECT_EQ(pages_.Respond("/readyz").status, 200U);
  EXPECT_EQ(pages_.Respond("/readyz").body,
            "degraded: One broker is lost.\nAnother one is slow.\n");
}

TEST_F(OpsPagesTest, EachPageHasItsType) {
  EXPECT_EQ(pages_.Respond("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(pages_.Respond("/metrics").body, "metrics");
  EXPECT_EQ(pages_.Respond("/status.json").content_type, "application/json");
  EXPECT_EQ(pages_.Respond("/status.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(pages_.Respond("/status.js").content_type, "text/javascript; charset=utf-8");
}

TEST_F(OpsPagesTest, ThePageLoadsOnlyItsOwnFiles) {
  const HttpResponse page = pages_.Respond("/");
  ASSERT_FALSE(page.headers.empty());
  EXPECT_EQ(page.headers[0].first, "Content-Security-Policy");
  EXPECT_THAT(page.headers[0].second, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.headers[0].second, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.body, Not(HasSubstr("http")));
  std::size_t bytes = page.body.size();
  for (const char* file : {"status.css", "status.js", "rows.js", "chart.js"}) {
    EXPECT_THAT(page.body, HasSubstr(std::string("\"") + file + "\""));
    const HttpResponse response = pages_.Respond(std::string("/") + file);
    EXPECT_EQ(response.status, 200U) << file;
    bytes += response.body.size();
  }
  EXPECT_LE(bytes, 60000U);
}

TEST_F(OpsPagesTest, OtherPathsAreNotFound) {
  for (const char* path : {"", "//", "/metrics/", "/livez/", "/../etc/passwd", "/status.html"}) {
    EXPECT_EQ(pages_.Respond(path).status, 404U) << path;
  }
}

}  // namespace
}  // namespace dino::ops
