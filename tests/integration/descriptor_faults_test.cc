#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "tests/integration/bridge_process.h"
#include "tests/integration/error_details.h"
#include "tests/integration/requests.h"
#include "tests/testing/file_descriptor.h"
#include "tests/testing/mosquitto_broker.h"
#include "tests/testing/process_usage.h"
#include "tests/testing/subscriber.h"

namespace dino::testing {
namespace {

// Whatever is left open here and not to be closed at exec is the bridge's too.
TEST(HighDescriptorsTest, EverythingWorksAbove1023) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  if (limit.rlim_cur < 2048) GTEST_SKIP() << "no descriptors that high here";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+"});
  std::vector<FileDescriptor> inherited;
  do {
    inherited.emplace_back(open("/dev/null", O_RDONLY));
    ASSERT_TRUE(inherited.back().open());
  } while (inherited.back().number() < 1100);
  BridgeProcess bridge(broker.address());
  inherited.clear();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  EXPECT_GT(UsageOf(bridge.pid()).file_descriptors, 1050U);
  EXPECT_TRUE(PublishMessage(bridge, MessageRequest({1}, "before")).ok());
  EXPECT_EQ(TextOf(subscriber.Next().payload), "before");

  broker.Kill();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  broker.Start();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  subscriber.WaitForSubscription();
  const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "after"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(TextOf(subscriber.Next().payload), "after");
  bridge.Stop();
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace dino::testing
