#include "server/ops/http_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "server/ops/http_server.h"
#include "tests/support/process/http_client.h"

namespace dino::ops {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::kPatience;

absl::Status Probe(std::uint16_t port, const std::string& path,
                   milliseconds timeout = std::chrono::duration_cast<milliseconds>(kPatience)) {
  return ProbeHttp("127.0.0.1", port, path, timeout);
}

TEST(HttpProbeTest, Only200IsOk) {
  HttpServer server([](std::string_view path) {
    return HttpResponse{path == "/good" ? 200U : 503U, "text/plain", "", {}};
  });
  const auto address = server.Start({"127.0.0.1", 0});
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_TRUE(Probe(testing::PortOf(*address), "/good").ok());
  const absl::Status bad = Probe(testing::PortOf(*address), "/bad");
  EXPECT_THAT(std::string(bad.message()), HasSubstr("503"));
}

TEST(HttpProbeTest, AllAddressesOfIpv6IncludeTheLoopbackOfIpv4) {
  HttpServer server([](std::string_view) { return HttpResponse{200U, "text/plain", "", {}}; });
  const auto address = server.Start({"127.0.0.1", 0});
  ASSERT_TRUE(address.ok()) << address.status();
  const absl::Status status = ProbeHttp("::", testing::PortOf(*address), "/",
                                        std::chrono::duration_cast<milliseconds>(kPatience));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(HttpProbeTest, ReportsThatNobodyListens) {
  const testing::LoopbackPort port;
  EXPECT_THAT(std::string(Probe(port.number(), "/").message()), HasSubstr("refused"));
}

TEST(HttpProbeTest, DoesNotWaitForASilentServer) {
  const testing::LoopbackPort port;
  const testing::FileDescriptor listener = testing::ListenOnLoopback(port.number());
  EXPECT_TRUE(absl::IsDeadlineExceeded(Probe(port.number(), "/", milliseconds(20))));
}

}  // namespace
}  // namespace dino::ops
