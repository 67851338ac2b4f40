#include "server/grpc/library_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/log/captured_log.h"

namespace dino::transport {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(LibraryLogTest, WritesOneLineAPeriodAndCountsTheRest) {
  log::CapturedLog captured;
  LibraryLog library;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 500; ++i) library.Error("handshake failed", start + milliseconds(i));
  library.Error("handshake failed again", start + LibraryLog::kPeriod);
  EXPECT_EQ(library.errors(), 501U);
  EXPECT_THAT(captured.Lines(),
              ElementsAre(HasSubstr(R"("error":"handshake failed","count":1})"),
                          HasSubstr(R"("error":"handshake failed again","count":500})")));
}

TEST(LibraryLogTest, ALineIsShortAndPrintableAndHasNoValueOfMetadata) {
  log::CapturedLog captured;
  LibraryLog library;
  const Clock::time_point start = Clock::now();
  library.Error("bad \x1b[31m\xc2\x9b\xff " + std::string(5000, 'x'), start);
  library.Error("Error parsing metadata: error=invalid key=te value=secret",
                start + LibraryLog::kPeriod);
  const std::vector<std::string> lines = captured.Lines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], AllOf(HasSubstr("bad ?[31m?? xxx"), SizeIs(::testing::Lt(400U))));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("key=te"), Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace dino::transport
