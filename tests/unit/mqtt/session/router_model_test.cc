// Sessions whose connections come and go at random, with messages between them that arrive at any
// moment: the same in every run.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/mqtt/session/router_fixture.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::RecordingBatch;

constexpr std::uint32_t kSessions = 4;
constexpr std::uint32_t kBrokers = 2;
constexpr unsigned kTopics = 5;

class RouterModel {
 public:
  explicit RouterModel(unsigned seed) : random_(seed) {}

  void Run() {
    for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) Step();
    // All is well from here on: everything must end.
    for (std::uint32_t session = 0; session < kSessions; ++session) {
      if (!world_.connected(session)) world_.Connect(session);
      if (tries_[session]) world_.TakeBack(session);
    }
    for (int i = 0; i < 3000 && !::testing::Test::HasFailure() && !AllEnded(); ++i) {
      world_.Pass(milliseconds(50));
      for (std::uint32_t session = 0; session < kSessions; ++session) {
        Turn(session);
        AnswerOne(session, /*busy=*/false);
      }
      world_.DeliverAll();
    }
    EXPECT_TRUE(AllEnded()) << "something waits for ever";
  }

 private:
  unsigned Below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  std::uint32_t AnySession() { return Below(kSessions); }

  void Step() {
    switch (Below(13)) {
      case 0:
      case 1:
        Publish();
        break;
      case 2:
        if (const std::uint32_t session = AnySession(); world_.connected(session)) {
          if (Below(3) == 0) {
            world_.Lose(session);
            tries_[session] = false;
          } else if (tries_[session] && Below(2) == 0) {
            world_.TakeBack(session);
            tries_[session] = false;
          }
        } else {
          tries_[session] = Below(2) == 0;
          tries_[session] ? world_.Try(session) : world_.Connect(session);
        }
        break;
      case 3:
        world_.Pass(milliseconds(Below(4) == 0 ? 3000 : 100));
        break;
      case 4:
      case 5:
      case 6:
        if (world_.channel_count() > 0) {
          world_.DeliverOne(Below(static_cast<unsigned>(world_.channel_count())));
        }
        break;
      case 7:
        if (!batches_.empty() && Below(4) == 0) {
          world_.Stop(batches_[Below(static_cast<unsigned>(batches_.size()))]);
        }
        break;
      case 8:
      case 9:
        AnswerOne(AnySession(), Below(5) == 0);
        break;
      case 10:
        if (Below(8) == 0) HandOver(AnySession());
        break;
      default:
        Turn(AnySession());
    }
  }

  // Who is a guest stays one.
  void HandOver(std::uint32_t session) {
    guests_[session] = guests_[session] || Below(2) == 0;
    world_.HandOver(session, guests_[session]);
  }

  // A topic's home is always the same.
  void Publish() {
    const std::uint32_t home = AnySession();
    std::vector<std::string> topics;
    for (unsigned topic = 0; topic < kTopics; ++topic) {
      if (Below(2) == 0) topics.push_back(std::to_string(home) + "/" + std::to_string(topic));
    }
    if (topics.empty()) return;
    PublishOptions options = RecordingBatch::Options();
    options.lane = 1;
    batches_.push_back(
        world_.Publish(home, std::to_string(batches_.size()), topics, std::move(options)));
  }

  void Turn(std::uint32_t session) {
    for (const std::string& sent : world_.Turn(session)) {
      const std::size_t space = sent.find(' ');
      OnSent(session, sent.substr(0, space), std::stoi(sent.substr(space + 1)));
    }
  }

  void OnSent(std::uint32_t session, const std::string& topic, int event) {
    Topic& known = topics_[topic];
    EXPECT_GE(event, known.last_event) << "overtaken at " << topic;
    known.last_event = event;
    if (known.acknowledged_by != session % kBrokers) {
      EXPECT_GE(world_.now(), known.acknowledged_at + seconds(1)) << "not settled: " << topic;
    }
  }

  void AnswerOne(std::uint32_t session, bool busy) {
    const auto& in_flight = world_.in_flight(session);
    if (in_flight.empty()) return;
    const auto entry = std::next(in_flight.begin(), Below(static_cast<unsigned>(in_flight.size())));
    const std::string topic = entry->first;
    if (!busy) topics_[topic].acknowledged_by = session % kBrokers;
    if (!busy) topics_[topic].acknowledged_at = world_.now();
    world_.Answer(session, topic, busy ? kQuotaExceeded : kSuccess);
  }

  bool AllEnded() const {
    return std::all_of(batches_.begin(), batches_.end(),
                       [](const auto& batch) { return batch->ended(); });
  }

  struct Topic {
    int last_event = 0;
    std::uint32_t acknowledged_by = 0;
    Clock::time_point acknowledged_at;
  };

  std::mt19937 random_;
  RouterWorld world_{kSessions, kBrokers};
  std::vector<std::shared_ptr<RecordingBatch>> batches_;
  std::map<std::string, Topic> topics_;
  // Whether a session's users were handed over.
  std::array<bool, kSessions> guests_{};
  // Whether it tries its broker, which was left.
  std::array<bool, kSessions> tries_{};
};

TEST(RouterModelTest, EventsOfAUserKeepTheirOrderWhateverBecomesOfConnections) {
  for (unsigned seed = 1; seed <= 500 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RouterModel(seed).Run();
  }
}

}  // namespace
}  // namespace dino::mqtt
