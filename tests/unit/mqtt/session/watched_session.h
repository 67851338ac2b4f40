#ifndef DINO_TESTS_UNIT_MQTT_SESSION_WATCHED_SESSION_H_
#define DINO_TESTS_UNIT_MQTT_SESSION_WATCHED_SESSION_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/recording_batch.h"
#include "tests/support/process/patience.h"

namespace dino::mqtt {

// A pool of one session, and what it says of itself.
class WatchedSession {
 public:
  WatchedSession(const std::string& host, std::uint16_t port, const BrokerAccessOptions& access,
                 Clock::duration connect_timeout = SessionOptions().connect_timeout) {
    SessionPoolOptions options;
    options.brokers = {{host, port}};
    options.sessions = 1;
    options.session.connect_timeout = connect_timeout;
    options.session.access = std::make_shared<BrokerAccess>(access);
    options.on_change = [this](const SessionChange& change) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(change);
      changed_.notify_all();
    };
    pool_.emplace(options);
    pool_->Start();
  }

  // Waits for the next change that was not looked at.
  SessionChange Next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, testing::kPatience, [this] { return next_ < changes_.size(); })) {
      ADD_FAILURE() << "no change of the session";
      return {};
    }
    return changes_[next_++];
  }

  // Waits until it is connected.
  void WaitForConnection() {
    SessionChange change;
    for (int i = 0; i < 20 && !change.connected; ++i) change = Next();
    EXPECT_TRUE(change.connected) << change.reason;
  }

  // Waits until an attempt fails for this reason.
  void WaitForReason(const std::string& reason) {
    SessionChange change;
    for (int i = 0; i < 20 && change.reason.find(reason) == std::string::npos; ++i) change = Next();
    EXPECT_THAT(change.reason, ::testing::HasSubstr(reason));
  }

  void ExpectPublishes(std::size_t count = 1) {
    std::vector<std::string> topics;
    for (std::size_t i = 0; i < count; ++i) topics.push_back("user/" + std::to_string(i));
    const auto batch = testing::RecordingBatch::ForSession(0, std::string(1000, 'x'), topics);
    pool_->Publish(batch);
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_THAT(batch->outcomes(), ::testing::Each(::testing::Truly(IsAcknowledged)));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SessionChange> changes_;
  std::size_t next_ = 0;
  std::optional<SessionPool> pool_;
};

}  // namespace dino::mqtt

#endif  // DINO_TESTS_UNIT_MQTT_SESSION_WATCHED_SESSION_H_
