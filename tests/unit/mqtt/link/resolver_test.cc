#include "server/mqtt/link/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process/loopback.h"

namespace dino::mqtt {
namespace {

using testing::kLoopbackName;
using Answer = absl::StatusOr<Resolver::Addresses>;

std::future<Answer> Ask(Resolver& resolver, const std::string& host) {
  auto promise = std::make_shared<std::promise<Answer>>();
  resolver.Resolve(host, [promise](Answer answer) { promise->set_value(std::move(answer)); });
  return promise->get_future();
}

TEST(ResolverTest, FindsTheAddressesOfAName) {
  Resolver resolver;
  const Answer answer = Ask(resolver, kLoopbackName).get();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(*answer, ::testing::ElementsAre("127.0.0.1"));
}

TEST(ResolverTest, SaysWhichNameHasNoAddress) {
  Resolver resolver;
  const Answer answer = Ask(resolver, "no-such-host.invalid").get();
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(std::string(answer.status().message()), ::testing::HasSubstr("no-such-host.invalid"));
}

TEST(ResolverTest, AnswersEveryoneWhoAsks) {
  Resolver resolver;
  std::vector<std::future<Answer>> answers;
  answers.reserve(20);
  for (int i = 0; i < 20; ++i) answers.push_back(Ask(resolver, kLoopbackName));
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
}

TEST(ResolverTest, CallsNobodyOnceItIsClosed) {
  std::promise<void> answer;
  const std::shared_future<void> answered = answer.get_future().share();
  const auto looked_up = std::make_shared<std::promise<void>>();
  std::future<void> end = looked_up->get_future();
  bool called = false;
  {
    Resolver resolver([answered, looked_up](const std::string&) {
      answered.wait();
      looked_up->set_value();
      return Answer(Resolver::Addresses{"127.0.0.1"});
    });
    resolver.Resolve("broker", [&called](const Answer&) { called = true; });
    resolver.Close();
    resolver.Resolve("other", [&called](const Answer&) { called = true; });
  }
  answer.set_value();
  end.wait();
  EXPECT_FALSE(called);
}

TEST(ResolverTest, KnowsNumericAddresses) {
  EXPECT_TRUE(Resolver::IsNumeric("127.0.0.1"));
  EXPECT_TRUE(Resolver::IsNumeric("::1"));
  EXPECT_FALSE(Resolver::IsNumeric("localhost"));
  EXPECT_FALSE(Resolver::IsNumeric(kLoopbackName));
  EXPECT_FALSE(Resolver::IsNumeric("127.0.0.1.example"));
  EXPECT_FALSE(Resolver::IsNumeric(""));
}

}  // namespace
}  // namespace dino::mqtt
