#include "tests/soak/load.h"

#include <gmock/gmock.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"

namespace dino::soak {
namespace {

using ::testing::AllOf;
using testing::Clock;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Key;
using testing::kPatience;
using ::testing::Le;
namespace v1 = ::dino::events::v1;

std::chrono::milliseconds TimeLeft(const grpc::ServerContext& context) {
  const gpr_timespec deadline = context.raw_deadline();
  return std::chrono::milliseconds(
      gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(deadline.clock_type))));
}

// A service that records the calls of PublishMessage and answers them as a test says.
class Service : public v1::EventPublisherService::Service {
 public:
  // Called on any thread, with the number of the call.
  using Answer = std::function<grpc::Status(std::size_t number, grpc::ServerContext& context)>;

  struct Call {
    std::string text;
    std::string key;
    std::chrono::milliseconds time_left;
  };

  explicit Service(Answer answer) : answer_(std::move(answer)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() override { server_->Shutdown(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status PublishMessage(grpc::ServerContext* context,
                              const v1::PublishMessageRequest* request,
                              v1::PublishMessageResponse* /*response*/) override {
    std::size_t number = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      number = calls_.size();
      calls_.push_back({request->message().message_payload(), request->options().idempotency_key(),
                        TimeLeft(*context)});
      changed_.notify_all();
    }
    return answer_(number, *context);
  }

  // Waits for this many calls and returns them.
  std::vector<Call> WaitForCalls(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return calls_.size() >= count; }));
    return {calls_.begin(), calls_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  const Answer answer_;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Call> calls_;  // Protected by `mutex_`.
  std::unique_ptr<grpc::Server> server_;
};

grpc::Status Ok(std::size_t /*number*/, grpc::ServerContext& /*context*/) { return {}; }

// The last of three calls succeeds.
grpc::Status OneOfThreeOk(std::size_t number, grpc::ServerContext& /*context*/) {
  if (number % 3 == 2) return {};
  return {grpc::StatusCode::UNAVAILABLE, "not yet"};
}

grpc::Status WaitForTheCallersEnd(std::size_t /*number*/, grpc::ServerContext& context) {
  while (!context.IsCancelled()) std::this_thread::yield();
  return {grpc::StatusCode::DEADLINE_EXCEEDED, ""};
}

LoadOptions OneCaller(Manner manner) {
  LoadOptions options;
  options.small_callers = 1;
  options.manners = {manner};
  options.large_group = 0;
  options.pause = std::chrono::milliseconds(1);
  return options;
}

std::vector<std::string> Texts(const std::vector<Service::Call>& calls) {
  std::vector<std::string> texts;
  for (const Service::Call& call : calls) texts.push_back(call.text);
  return texts;
}

TEST(LoadTest, ARepeatingCallerContinuesAfterOk) {
  Service service(OneOfThreeOk);
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kRepeats), ledger);
  load.Resume();
  const std::vector<Service::Call> calls = service.WaitForCalls(6);
  load.Stop();

  EXPECT_THAT(Texts(calls), ElementsAre("0-0", "0-0", "0-0", "0-1", "0-1", "0-1"));
  EXPECT_FALSE(calls[0].key.empty());
  EXPECT_EQ(calls[0].key, calls[2].key);
  EXPECT_NE(calls[2].key, calls[3].key);
  EXPECT_EQ(calls[3].key, calls[5].key);
  const testing::Findings findings = ledger.Check();
  EXPECT_GE(findings.repeated_calls, 4U);
  EXPECT_EQ(findings.calls, findings.events + findings.repeated_calls);
  EXPECT_THAT(load.Outcomes(), ElementsAre(Key("OK"), Key("status 14")));
}

TEST(LoadTest, APlainCallerContinuesAfterAnError) {
  Service service(OneOfThreeOk);
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kPlain), ledger);
  load.Resume();
  const std::vector<Service::Call> calls = service.WaitForCalls(3);
  load.Stop();

  EXPECT_THAT(Texts(calls), ElementsAre("0-0", "0-1", "0-2"));
  for (const Service::Call& call : calls) EXPECT_EQ(call.key, "");
  EXPECT_EQ(ledger.Check().repeated_calls, 0U);
}

TEST(LoadTest, ACallerWithShortDeadlinesSendsThem) {
  Service service(Ok);
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kShortDeadline), ledger);
  load.Resume();
  for (const Service::Call& call : service.WaitForCalls(5)) {
    EXPECT_LE(call.time_left, OneCaller(Manner::kShortDeadline).deadline / 2);
  }
}

TEST(LoadTest, ACallEndsAtItsDeadline) {
  Service service(WaitForTheCallersEnd);
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kShortDeadline), ledger);
  load.Resume();
  service.WaitForCalls(3);
  load.Stop();
  EXPECT_THAT(load.Outcomes(), ElementsAre(Key("DEADLINE_EXCEEDED")));
}

TEST(LoadTest, ACancellingCallerCancelsSomeCalls) {
  Service service([](std::size_t number, grpc::ServerContext& context) {
    // Calls that are not cancelled would take long.
    return number % 2 == 0 ? WaitForTheCallersEnd(number, context) : grpc::Status::OK;
  });
  testing::Ledger ledger;
  LoadOptions options = OneCaller(Manner::kCancels);
  options.deadline = std::chrono::milliseconds(200);
  Load load(service.address(), options, ledger);
  load.Resume();
  const Clock::time_point give_up = Clock::now() + kPatience;
  while (load.Outcomes().count("CANCELLED") == 0 && Clock::now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_EQ(load.Outcomes().count("CANCELLED"), 1U);
}

TEST(LoadTest, RecoveryTakesUntilEachCallerWasAnsweredOk) {
  Service service(Ok);
  testing::Ledger ledger;
  LoadOptions options = OneCaller(Manner::kPlain);
  options.small_callers = 3;
  Load load(service.address(), options, ledger);
  const Clock::time_point begin = Clock::now();
  load.Resume();
  const auto recovery = load.WaitForRecovery(begin, kPatience);
  ASSERT_TRUE(recovery.has_value());
  EXPECT_THAT(recovery->first, AllOf(Gt(Clock::duration::zero()), Le(recovery->all)));
  EXPECT_LE(recovery->all, Clock::now() - begin);
  for (std::size_t caller = 0; caller < 3; ++caller) EXPECT_GT(ledger.successes(caller), 0U);
}

TEST(LoadTest, ThereIsNoRecoveryWhileACallerGetsErrors) {
  Service service([](std::size_t /*number*/, grpc::ServerContext& /*context*/) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "");
  });
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kPlain), ledger);
  load.Resume();
  service.WaitForCalls(2);
  EXPECT_FALSE(load.WaitForRecovery(Clock::now(), std::chrono::milliseconds(20)).has_value());
}

TEST(LoadTest, MakesNoCallsWhilePaused) {
  Service service(Ok);
  testing::Ledger ledger;
  Load load(service.address(), OneCaller(Manner::kPlain), ledger);
  load.Resume();
  service.WaitForCalls(1);
  load.Pause();
  const std::size_t calls = ledger.Check().calls;
  EXPECT_FALSE(load.WaitForRecovery(Clock::now(), std::chrono::milliseconds(20)).has_value());
  EXPECT_EQ(ledger.Check().calls, calls);
  EXPECT_EQ(ledger.Check().late_answers, 0U);
}

}  // namespace
}  // namespace dino::soak
