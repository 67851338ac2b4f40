#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "tests/support/mqtt/fake_publisher.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;

// A broker on its own thread that drops every third answer and counts acknowledgements.
class LossyPublisher : public mqtt::Publisher {
 public:
  LossyPublisher() : thread_([this] { Run(); }) {}
  ~LossyPublisher() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  std::shared_ptr<const mqtt::Routes> routes() const override {
    return dino::testing::EvenRoutes(1);
  }
  bool connected() const override { return true; }

  void Publish(const std::shared_ptr<mqtt::Batch>& batch) override {
    const std::lock_guard lock(mutex_);
    open_.push_back(batch);
    changed_.notify_all();
  }

  void Stop(const std::shared_ptr<mqtt::Batch>& batch) override {
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find(open_.begin(), open_.end(), batch);
      if (found == open_.end()) return;
      open_.erase(found);
    }
    End(*batch, [](std::uint32_t) { return Outcome::kNotSent; });
  }

  // How often each event ID and topic was acknowledged. REQUIRES: no call is open.
  const std::map<std::string, int>& acknowledged() const { return acknowledged_; }

 private:
  void Run() {
    for (unsigned number = 0;; ++number) {
      std::shared_ptr<mqtt::Batch> batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_ || !open_.empty(); });
        if (open_.empty()) return;
        batch = open_.front();
        open_.pop_front();
      }
      End(*batch, [&](std::uint32_t position) {
        if ((position + number) % 3 == 0) return Outcome::kUnknown;
        std::string topic;
        batch->WriteTopic(position, topic);
        ++acknowledged_[batch->options().user_properties.front().second + " " + topic];
        return Outcome::kAcknowledged;
      });
    }
  }

  template <typename Outcomes>
  static void End(mqtt::Batch& batch, Outcomes outcome_of) {
    const std::uint32_t count = batch.chunks().front().count;
    for (std::uint32_t i = 0; i < count; ++i) batch.Settle({}, i, {outcome_of(i), 0, false});
    batch.ChunkSettled();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::deque<std::shared_ptr<mqtt::Batch>> open_;
  std::map<std::string, int> acknowledged_;
  std::thread thread_;
};

constexpr int kThreads = 8;
constexpr int kKeys = 100;

// Repeats a call with one key until the event is complete.
void Complete(KeyedPublisher& publisher, const std::string& key, unsigned& random) {
  for (bool complete = false; !complete;) {
    Event event;
    event.type = "message";
    event.json = key;
    event.id = EventIdOf("caller", key);
    event.keyed = true;
    event.recipients = {1, 2, 3, 4, 5};
    random = random * 1664525 + 1013904223;
    const bool hurried = (random >> 16) % 3 == 0;
    const bool stopped = (random >> 16) % 5 == 0;
    event.deadline =
        event.accepted_at + (hurried ? std::chrono::microseconds(50) : std::chrono::hours(1));
    // Set twice, it would throw.
    const auto answered = std::make_shared<std::promise<bool>>();
    const auto call =
        publisher.Publish(std::move(event), [answered](const EventPublisher::Result& answer) {
          const auto* result = std::get_if<CallResult>(&answer);
          EXPECT_NE(result, nullptr) << "refused";
          answered->set_value(result == nullptr || result->summary.failure == Failure::kNone);
        });
    if (stopped) publisher.Stop(call);
    complete = answered->get_future().get();
  }
}

TEST(KeyedPublisherThreadsTest, ThreadsWithTheSameKeysAcknowledgeNobodyTwice) {
  // Declared before the publisher, whose thread uses it to the end.
  std::unique_ptr<DirectPublisher> direct;
  std::unique_ptr<KeyedPublisher> keyed;
  LossyPublisher publisher;
  direct = std::make_unique<DirectPublisher>(publisher, *TopicTemplate::Parse("{user_id}", "test"),
                                             FanoutOptions());
  keyed = std::make_unique<KeyedPublisher>(*direct, direct->admission(), IdempotencyOptions());
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&keyed, thread] {
      unsigned random = thread;
      for (int key = 0; key < kKeys; ++key) {
        Complete(*keyed, std::to_string(key), random);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(publisher.acknowledged().size(), kKeys * 5U);
  for (const auto& [recipient, count] : publisher.acknowledged()) EXPECT_EQ(count, 1) << recipient;
}

}  // namespace
}  // namespace dino::fanout
