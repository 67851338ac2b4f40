// Callers behind a proxy.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/auth/authenticator.h"
#include "server/base/address_ranges.h"
#include "tests/support/process/patience.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using ::testing::HasSubstr;

constexpr char kHeader[] = "x-forwarded-client-cert";

// Who is known, made before the server.
class ForwardedCallers {
 protected:
  ServerOptions Options(const std::string& proxies) {
    ServerOptions options;
    options.authenticator = &authenticator_;
    options.transport.proxies = *AddressRanges::Parse(proxies);
    // Three quarters of them for one address.
    options.transport.connection_limits.max_watches = 8;
    return options;
  }

 private:
  const auth::Authenticator authenticator_{nullptr, nullptr, kHeader};
};

// All callers have the address 127.0.0.1; whether that is a proxy's is up to the test.
class ForwardedCallerTest : public ForwardedCallers, public ServerFixture {
 protected:
  explicit ForwardedCallerTest(const std::string& proxies = "10.0.0.1,127.0.0.1")
      : ServerFixture(Options(proxies)) {
    publisher_.AcknowledgeAtOnce();
  }

  Answer CallAs(const std::vector<std::string>& elements) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    for (const std::string& element : elements) context.AddMetadata(kHeader, element);
    v1::PublishMessageRequest request = Request();
    request.mutable_options()->set_idempotency_key("key");
    return Call(context, request);
  }

  void ExpectUnknown(const std::vector<std::string>& elements, const std::string& why) {
    const Answer answer = CallAs(elements);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReasonOf(answer.status), "UNKNOWN_CALLER");
    EXPECT_THAT(answer.status.error_message(), HasSubstr(why));
  }

  // A health watch for somebody at that address, if the proxy says so. Null if it is refused.
  std::unique_ptr<grpc::ClientReader<health::HealthCheckResponse>> Watch(
      const std::string& address) {
    grpc::ClientContext& context = *contexts_.emplace_back(std::make_unique<grpc::ClientContext>());
    if (!address.empty()) context.AddMetadata("x-forwarded-for", "192.0.2.255, " + address);
    auto stream = health_->Watch(&context, {});
    health::HealthCheckResponse response;
    return stream->Read(&response) ? std::move(stream) : nullptr;
  }

 private:
  const std::unique_ptr<health::Health::Stub> health_ = health::Health::NewStub(channel_);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
};

TEST_F(ForwardedCallerTest, EachHasIdempotencyKeysOfItsOwn) {
  const Answer chat = CallAs({"URI=spiffe://prod/chat"});
  const Answer other = CallAs({"URI=spiffe://prod/other"});
  const Answer again = CallAs({"Hash=1;URI=spiffe://prod/chat"});
  ASSERT_TRUE(chat.status.ok() && other.status.ok() && again.status.ok());
  EXPECT_NE(chat.response.delivery().event_id(), other.response.delivery().event_id());
  EXPECT_FALSE(other.response.delivery().replayed());
  EXPECT_EQ(chat.response.delivery().event_id(), again.response.delivery().event_id());
  EXPECT_TRUE(again.response.delivery().replayed());
}

TEST_F(ForwardedCallerTest, OneWhoIsNotForwardedIsUnknown) {
  ExpectUnknown({}, "no client certificate was shown or forwarded");
  ExpectUnknown({""}, "no client certificate was shown or forwarded");
  ExpectUnknown({"Hash=1"}, "has no name");
}

TEST_F(ForwardedCallerTest, WhatIsMalformedOrSentTwiceIsRefused) {
  ExpectUnknown({"URI"}, "x-forwarded-client-cert cannot be read: it is not made of key=value");
  ExpectUnknown({"URI=a:b", "URI=c:d"}, "more than one x-forwarded-client-cert");
}

TEST_F(ForwardedCallerTest, EachAddressHasAShareOfItsOwn) {
  std::vector<std::unique_ptr<grpc::ClientReader<health::HealthCheckResponse>>> watches;
  while (auto watch = Watch("192.0.2.1")) watches.push_back(std::move(watch));
  EXPECT_EQ(watches.size(), 6U);
  EXPECT_NE(Watch("192.0.2.2"), nullptr);
  EXPECT_NE(Watch("2001:db8::1"), nullptr);
}

class UntrustedProxyTest : public ForwardedCallerTest {
 protected:
  UntrustedProxyTest() : ForwardedCallerTest("10.0.0.1") {}
};

TEST_F(UntrustedProxyTest, ItsHeadersAreIgnored) {
  ExpectUnknown({"URI=spiffe://prod/chat"}, "no client certificate was shown or forwarded");
  ExpectUnknown({"URI"}, "no client certificate was shown or forwarded");
  std::vector<std::unique_ptr<grpc::ClientReader<health::HealthCheckResponse>>> watches;
  while (auto watch = Watch("192.0.2.1")) watches.push_back(std::move(watch));
  EXPECT_EQ(watches.size(), 6U);
  EXPECT_EQ(Watch("192.0.2.2"), nullptr);
}

}  // namespace
}  // namespace dino::api
