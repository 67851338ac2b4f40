#include "server/fanout/fingerprint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dino::fanout {
namespace {

Event SomeEvent() {
  Event event;
  event.type = "message";
  event.json = R"({"a":1})";
  event.recipients = {1, 2};
  return event;
}

struct Case {
  const char* name;
  std::function<void(Event&)> change;
};

TEST(FingerprintTest, TellsEventsApart) {
  for (const Case& c : {
           Case{"type", [](Event& e) { e.type = "edit"; }},
           Case{"JSON", [](Event& e) { e.json = R"({"a":2})"; }},
           Case{"topics instead",
                [](Event& e) {
                  e.recipients = Recipients::OfTopics({"1", "2"});
                }},
           Case{"an overlay",
                [](Event& e) {
                  e.overlays = std::make_shared<const Overlays>(Overlays{{1, "\"a\":1"}});
                }},
           Case{"fewer recipients", [](Event& e) { e.recipients = {1}; }},
           Case{"other recipients",
                [](Event& e) {
                  e.recipients = {1, 3};
                }},
           Case{"QoS", [](Event& e) { e.qos = mqtt::Qos::kAtMostOnce; }},
           Case{"a shifted boundary",
                [](Event& e) {
                  e.type = "messag";
                  e.json = "e" + e.json;
                }},
       }) {
    Event changed = SomeEvent();
    c.change(changed);
    EXPECT_TRUE(FingerprintOf(changed) != FingerprintOf(SomeEvent())) << c.name;
    EXPECT_NE(LocalFingerprintOf(changed), LocalFingerprintOf(SomeEvent())) << c.name;
  }
}

TEST(FingerprintTest, TellsTopicsApart) {
  const auto fingerprint = [](std::vector<std::string> topics) {
    Event event = SomeEvent();
    event.recipients = Recipients::OfTopics(std::move(topics));
    return FingerprintOf(event);
  };
  EXPECT_TRUE(fingerprint({"a", "b"}) != fingerprint({"a", "c"}));
  EXPECT_TRUE(fingerprint({"ab", "c"}) != fingerprint({"a", "bc"}));
}

TEST(FingerprintTest, DoesNotDependOnTheOrderOfRecipients) {
  Event reversed = SomeEvent();
  reversed.recipients = {2, 1};
  EXPECT_TRUE(FingerprintOf(reversed) == FingerprintOf(SomeEvent()));
  EXPECT_EQ(LocalFingerprintOf(reversed), LocalFingerprintOf(SomeEvent()));
  reversed.recipients = Recipients::OfTopics({"b", "a"});
  Event sorted = SomeEvent();
  sorted.recipients = Recipients::OfTopics({"a", "b"});
  EXPECT_TRUE(FingerprintOf(reversed) == FingerprintOf(sorted));
  EXPECT_EQ(LocalFingerprintOf(reversed), LocalFingerprintOf(sorted));
}

// Replicas of two versions must agree.
TEST(FingerprintTest, IsTheSameInEveryProcessAndVersion) {
  const Fingerprint fingerprint = FingerprintOf(SomeEvent());
  EXPECT_EQ(fingerprint.high, 0x575DD85DD6A72778U);
  EXPECT_EQ(fingerprint.low, 0x5F3CA823EC481CF5U);
}

TEST(FingerprintTest, TellsOverlaysApart) {
  const auto local_fingerprint = [](const Overlays& overlays) {
    Event event = SomeEvent();
    event.overlays = std::make_shared<const Overlays>(overlays);
    return LocalFingerprintOf(event);
  };
  const std::uint64_t fingerprint = local_fingerprint({{1, "\"a\":1"}, {2, "\"a\":2"}});
  EXPECT_EQ(fingerprint, local_fingerprint({{2, "\"a\":2"}, {1, "\"a\":1"}}));
  EXPECT_NE(fingerprint, local_fingerprint({{1, "\"a\":2"}, {2, "\"a\":1"}})) << "swapped";
}

TEST(FingerprintTest, OfARepeatedCallIsTheSame) {
  Event repeated = SomeEvent();
  repeated.id = EventIdOf("caller", "key");
  repeated.traceparent = "00-1-1-00";
  repeated.expiry = std::chrono::seconds(5);
  repeated.deadline = Clock::now();
  EXPECT_TRUE(FingerprintOf(repeated) == FingerprintOf(SomeEvent()));
  EXPECT_EQ(LocalFingerprintOf(repeated), LocalFingerprintOf(SomeEvent()));
}

}  // namespace
}  // namespace dino::fanout
