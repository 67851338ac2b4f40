#ifndef DINO_TESTS_UNIT_MQTT_SESSION_SESSION_POOL_FIXTURE_H_
#define DINO_TESTS_UNIT_MQTT_SESSION_SESSION_POOL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt::session_test {

using testing::ConnAck;
using testing::FakeBroker;
using testing::FakeConnection;
using testing::kPatience;
using testing::PubAck;
using testing::Publish;
using testing::RecordingBatch;

// Collects what a pool says of its sessions.
class Changes {
 public:
  void Add(const SessionChange& change) {
    const std::lock_guard lock(mutex_);
    changes_.push_back(change);
    changed_.notify_all();
  }

  // Waits for the next change that was not looked at.
  SessionChange Next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return next_ < changes_.size(); })) {
      ADD_FAILURE() << "no change of a session";
      return {};
    }
    return changes_[next_++];
  }
  // Whether there is one already.
  bool HasNext() {
    const std::lock_guard lock(mutex_);
    return next_ < changes_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SessionChange> changes_;
  std::size_t next_ = 0;
};

// One session and a broker that the test plays.
class SessionPoolTest : public ::testing::Test {
 protected:
  static SessionPoolOptions Options(std::uint16_t port) {
    SessionPoolOptions options;
    options.brokers = {{"127.0.0.1", port}};
    options.sessions = 1;
    options.client_id_prefix = "test";
    return options;
  }

  void Start() { Start(Options(broker_.port())); }
  void Start(SessionPoolOptions options) {
    options.on_change = [this](const SessionChange& change) { changes_.Add(change); };
    pool_.emplace(options);
    pool_->Start();
  }

  FakeConnection Connected(const ConnAck& answer = {}) {
    FakeConnection connection = broker_.AcceptSession(answer);
    EXPECT_TRUE(changes_.Next().connected);
    return connection;
  }
  // The same where an attempt has so little time that this broker may be too late for some.
  FakeConnection ConnectedInTime() {
    FakeConnection connection = broker_.AcceptSession();
    while (!changes_.Next().connected && !HasFailure()) connection = broker_.AcceptSession();
    return connection;
  }

  std::shared_ptr<RecordingBatch> PublishBatch(const std::string& payload,
                                               std::vector<std::string> topics,
                                               PublishOptions options = RecordingBatch::Options()) {
    auto batch = RecordingBatch::ForSession(0, payload, std::move(topics), std::move(options));
    pool_->Publish(batch);
    return batch;
  }

  FakeBroker broker_;
  Changes changes_;
  std::optional<SessionPool> pool_;
};

}  // namespace dino::mqtt::session_test

#endif  // DINO_TESTS_UNIT_MQTT_SESSION_SESSION_POOL_FIXTURE_H_
