#include "server/fanout/resume_token.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace dino::fanout {
namespace {

using mqtt::Outcome;

ResumeToken TokenOf(std::uint32_t recipients, const std::function<bool(std::uint32_t)>& is_known,
                    const std::function<bool(std::uint32_t)>& has_subscriber) {
  ResumeToken token{EventIdOf("caller", "key"), {1, 2}, Acknowledgements(recipients)};
  for (std::uint32_t place = 0; place < recipients; ++place) {
    if (!is_known(place)) continue;
    token.acknowledgements.Add(
        place, has_subscriber(place) ? Outcome::kAcknowledged : Outcome::kNoSubscriber);
  }
  return token;
}

bool Always(std::uint32_t /*place*/) { return true; }

void ExpectSame(const Acknowledgements& a, const Acknowledgements& b) {
  ASSERT_EQ(a.recipient_count(), b.recipient_count());
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.no_subscriber_count(), b.no_subscriber_count());
  for (std::uint32_t place = 0; place < a.recipient_count(); ++place) {
    ASSERT_EQ(a.Has(place), b.Has(place)) << place;
    if (!a.Has(place)) continue;
    ASSERT_EQ(a.OutcomeOf(place).outcome, b.OutcomeOf(place).outcome) << place;
  }
}

class ResumeTokenTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ResumeTokenTest, IsReadAsItWasWritten) {
  std::mt19937 random(GetParam());
  const auto one_in = [&random](unsigned n) {
    return [&random, n](std::uint32_t) { return random() % n == 0; };
  };
  for (const auto& is_known :
       std::vector<std::function<bool(std::uint32_t)>>{Always, one_in(2), one_in(100)}) {
    const ResumeToken token = TokenOf(GetParam(), is_known, one_in(50));
    const std::string bytes = Encode(token);
    EXPECT_LE(bytes.size(), kMaxResumeTokenBytes);
    const auto read = DecodeResumeToken(bytes, GetParam());
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->event_id, token.event_id);
    EXPECT_TRUE(read->fingerprint == token.fingerprint);
    EXPECT_EQ(read->acknowledgements.count(), token.acknowledgements.count());
    if (GetParam() <= 1000) ExpectSame(read->acknowledgements, token.acknowledgements);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ResumeTokenTest,
                         ::testing::Values(1, 2, 7, 8, 9, 63, 64, 65, 128, 1000, 10000));

TEST(ResumeTokenTest, RunsAreShorterThanBits) {
  EXPECT_LT(Encode(TokenOf(10000, Always, Always)).size(), 60U);
  const auto all_but_one = [](std::uint32_t place) { return place != 5000; };
  EXPECT_LT(Encode(TokenOf(10000, all_but_one, Always)).size(), 64U);
}

TEST(ResumeTokenTest, OfTooManyItNamesAsManyAsFit) {
  const auto every_other = [](std::uint32_t place) { return place % 2 == 0; };
  const std::string bytes = Encode(TokenOf(100000, every_other, Always));
  EXPECT_LE(bytes.size(), kMaxResumeTokenBytes);
  const auto read = DecodeResumeToken(bytes, 100000);
  ASSERT_TRUE(read.has_value());
  EXPECT_GT(read->acknowledgements.count(), 7900U);
  for (std::uint32_t place = 1; place < 100000; place += 2) {
    ASSERT_FALSE(read->acknowledgements.Has(place)) << place;
  }
}

TEST(ResumeTokenTest, WhoHasNoSubscriberIsLeftOutFirst) {
  std::mt19937 random(1);
  const auto half = [&random](std::uint32_t) { return random() % 2 == 0; };
  const std::string bytes = Encode(TokenOf(10000, half, half));
  EXPECT_LE(bytes.size(), kMaxResumeTokenBytes);
  const auto read = DecodeResumeToken(bytes, 10000);
  ASSERT_TRUE(read.has_value());
  EXPECT_GT(read->acknowledgements.count(), 4800U);
  EXPECT_LT(read->acknowledgements.no_subscriber_count(), read->acknowledgements.count() / 2);
}

TEST(ResumeTokenTest, AnotherNumberOfRecipientsIsNotRead) {
  const auto every_other = [](std::uint32_t place) { return place % 2 == 0; };
  const std::string bytes = Encode(TokenOf(100, every_other, Always));
  EXPECT_TRUE(DecodeResumeToken(bytes, 100).has_value());
  EXPECT_FALSE(DecodeResumeToken(bytes, 50).has_value());
}

// A token is never taken for what it is not. The number of executions can be raised.
TEST(ResumeTokenTest, ADamagedOneIsRefused) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char* const wanted = std::getenv("DINO_TOKEN_EXECUTIONS");
  const std::uint64_t executions = wanted == nullptr ? 100000 : std::stoull(wanted);
  std::mt19937_64 random(1);
  std::vector<std::string> tokens;
  for (const std::uint32_t size : {1U, 3U, 64U, 500U, 10000U}) {
    const auto some = [&random](std::uint32_t) { return random() % 3 == 0; };
    tokens.push_back(Encode(TokenOf(size, some, some)));
    tokens.push_back(Encode(TokenOf(size, Always, Always)));
  }
  for (std::uint64_t i = 0; i < executions; ++i) {
    const std::string& whole = tokens[random() % tokens.size()];
    std::string damaged = whole;
    for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t at = damaged.empty() ? 0 : random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged.resize(at);
          break;
        case 1:
          damaged.insert(at, 1, static_cast<char>(random()));
          break;
        case 2:
          if (!damaged.empty()) damaged.erase(at, 1);
          break;
        default:
          if (!damaged.empty()) damaged[at] = static_cast<char>(random());
      }
    }
    if (damaged == whole) continue;
    ASSERT_FALSE(DecodeResumeToken(damaged, static_cast<std::uint32_t>(random() % 20000)));
  }
}

Event EventOfThree() {
  Event event;
  event.type = "message";
  event.json = "{}";
  event.recipients = {3, 1, 2};
  return event;
}

std::string TokenFor(const Event& event, const EventId& id) {
  ResumeToken token{id, FingerprintOf(event), Acknowledgements(3)};
  token.acknowledgements.Add(2, Outcome::kAcknowledged);  // 3
  return Encode(token);
}

TEST(ResumeTest, GoesOnWhereAnAttemptEnded) {
  const EventId id = RandomEventId();
  Event event = EventOfThree();
  ASSERT_TRUE(Resume(TokenFor(event, id), event));
  EXPECT_EQ(event.id, id);
  EXPECT_EQ(event.missing_count(), 2U);
  EXPECT_TRUE(event.earlier->Has(0));
  event = EventOfThree();
  event.id = id;
  event.recipients = {1, 2, 3};
  ASSERT_TRUE(Resume(TokenFor(event, id), event)) << "with its key";
  EXPECT_TRUE(event.earlier->Has(2));
}

TEST(ResumeTest, RefusesATokenOfAnotherEvent) {
  const EventId id = RandomEventId();
  const std::string token = TokenFor(EventOfThree(), id);
  Event event = EventOfThree();
  event.json = R"({"a":1})";
  EXPECT_FALSE(Resume(token, event));
  event = EventOfThree();
  event.recipients = {3, 1, 4};
  EXPECT_FALSE(Resume(token, event));
  event = EventOfThree();
  event.recipients = {3, 1};
  EXPECT_FALSE(Resume(token, event));
  event = EventOfThree();
  event.id = RandomEventId();
  EXPECT_FALSE(Resume(token, event)) << "of another key";
  EXPECT_FALSE(event.earlier.has_value());
  EXPECT_FALSE(Resume("", event));
}

}  // namespace
}  // namespace dino::fanout
