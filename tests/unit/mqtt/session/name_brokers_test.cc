// Brokers behind one name: several addresses, which come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using testing::AutomaticBroker;
using ::testing::IsEmpty;
using testing::RecordingBatch;

constexpr int kUsers = 60;

// An event for one user, routed as a fan-out routes it.
class EventBatch : public Batch {
 public:
  EventBatch(const Routes& routes, std::uint64_t user)
      : Batch("e", RecordingBatch::Options()), user_(user) {
    AddChunk(routes.SessionFor(user), 0, 1);
  }

  void WriteTopic(std::uint32_t /*position*/, std::string& topic) const override {
    topic = std::to_string(user_);
  }
  std::uint64_t RouteKey(std::uint32_t /*position*/) const override { return user_; }
  void Settle(const Chunk& /*chunk*/, std::uint32_t /*position*/,
              PublicationOutcome outcome) override {
    outcome_ = outcome.outcome;
  }

  // Blocks until it has ended.
  Outcome Wait() {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, testing::kPatience, [this] { return has_ended_; });
    return outcome_;
  }

 private:
  void Ended() override {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    ended_.notify_all();
  }

  const std::uint64_t user_;
  Outcome outcome_ = Outcome::kPending;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
};

// Where the name leads. A look-up may outlive the test.
struct NameServer {
  Resolver::Addresses Answer(bool reversed) {
    const std::lock_guard lock(mutex);
    return reversed ? Resolver::Addresses(addresses.rbegin(), addresses.rend()) : addresses;
  }

  std::mutex mutex;
  Resolver::Addresses addresses = {"127.0.0.1", "127.0.0.2"};
};

class NameBrokersTest : public ::testing::Test {
 protected:
  // A replica, which sees the addresses in this order.
  std::unique_ptr<SessionPool> Start(bool reversed = false) {
    SessionPoolOptions options;
    options.brokers = {{"brokers.example", one_.port()}};
    options.sessions = 4;
    options.session.look_up_every = milliseconds(20);
    options.look_up = [server = name_server_, reversed](const std::string& /*host*/) {
      return server->Answer(reversed);
    };
    options.on_change = [this](const SessionChange& change) {
      if (change.users == Router::Move::kAway) ++(change.retired ? retired_moves_ : other_moves_);
    };
    auto pool = std::make_unique<SessionPool>(options);
    pool->Start();
    return pool;
  }

  void LeadTo(const Resolver::Addresses& addresses) {
    const std::lock_guard lock(name_server_->mutex);
    name_server_->addresses = addresses;
  }

  static void PublishToAll(SessionPool& pool) {
    std::vector<std::shared_ptr<EventBatch>> batches;
    for (std::uint64_t user = 1; user <= kUsers; ++user) {
      batches.push_back(std::make_shared<EventBatch>(*pool.routes(), user));
      pool.Publish(batches.back());
    }
    for (const auto& batch : batches) EXPECT_EQ(batch->Wait(), Outcome::kAcknowledged);
  }

  // Whose events have come to a broker since this was asked last.
  std::set<std::string> UsersAt(const AutomaticBroker& broker) {
    const std::vector<testing::Publish> publications = broker.publications();
    std::set<std::string> users;
    for (std::size_t i = std::exchange(seen_[&broker], publications.size());
         i < publications.size(); ++i) {
      users.insert(publications[i].topic);
    }
    return users;
  }

  // Publishes to all again and again until `broker` has got something, or nothing any more.
  void PublishUntil(SessionPool& pool, const AutomaticBroker& broker, bool serves) {
    do {
      ForgetAll();
      PublishToAll(pool);
    } while (UsersAt(broker).empty() == serves && !HasFailure());
    ForgetAll();
    PublishToAll(pool);
  }
  void ForgetAll() {
    for (const AutomaticBroker* broker : {&one_, &two_, &three_}) UsersAt(*broker);
  }

  AutomaticBroker one_;
  AutomaticBroker two_{one_, 2};
  AutomaticBroker three_{one_, 3};
  const std::shared_ptr<NameServer> name_server_ = std::make_shared<NameServer>();
  std::map<const AutomaticBroker*, std::size_t> seen_;
  std::atomic<int> retired_moves_{0};
  std::atomic<int> other_moves_{0};
};

TEST_F(NameBrokersTest, EveryReplicaSendsAUserThroughTheSameOneWhateverTheOrder) {
  const auto first = Start();
  PublishToAll(*first);
  const std::set<std::string> at_one = UsersAt(one_);
  const std::set<std::string> at_two = UsersAt(two_);
  EXPECT_EQ(at_one.size() + at_two.size(), kUsers);
  EXPECT_GT(at_one.size(), kUsers / 4);
  EXPECT_GT(at_two.size(), kUsers / 4);

  const auto second = Start(/*reversed=*/true);
  PublishToAll(*second);
  EXPECT_EQ(UsersAt(one_), at_one);
  EXPECT_EQ(UsersAt(two_), at_two);
  EXPECT_EQ(first->broker_digest(), second->broker_digest());
}

TEST_F(NameBrokersTest, OneThatIsAddedGetsItsUsersAndNobodyElseMoves) {
  const auto pool = Start();
  PublishToAll(*pool);
  const std::set<std::string> at_one = UsersAt(one_);
  const std::set<std::string> at_two = UsersAt(two_);
  const std::uint32_t digest = pool->broker_digest();

  LeadTo({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  PublishUntil(*pool, three_, /*serves=*/true);
  EXPECT_NE(pool->broker_digest(), digest);
  for (const std::string& user : UsersAt(one_)) EXPECT_EQ(at_one.count(user), 1U) << user;
  for (const std::string& user : UsersAt(two_)) EXPECT_EQ(at_two.count(user), 1U) << user;

  // As a replica has it that starts now.
  ForgetAll();
  PublishToAll(*pool);
  const std::set<std::string> old_one = UsersAt(one_);
  PublishToAll(*Start());
  EXPECT_EQ(UsersAt(one_), old_one);
}

TEST_F(NameBrokersTest, OneThatIsRemovedIsLeftAndTakenBack) {
  LeadTo({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  const auto pool = Start();
  PublishToAll(*pool);
  const std::set<std::string> at_one = UsersAt(one_);
  const std::set<std::string> at_two = UsersAt(two_);

  LeadTo({"127.0.0.1", "127.0.0.2"});
  PublishUntil(*pool, three_, /*serves=*/false);
  three_.WaitForSessions(0);
  const std::set<std::string> now_at_one = UsersAt(one_);
  for (const std::string& user : at_one) EXPECT_EQ(now_at_one.count(user), 1U) << user;
  EXPECT_THAT(UsersAt(three_), IsEmpty());
  EXPECT_EQ(pool->losses(2, LossReason::kClosed), 0U) << "it was left, not lost";
  while (!pool->Sessions()[2].retired && !HasFailure()) std::this_thread::yield();
  EXPECT_FALSE(pool->Sessions()[0].retired);

  LeadTo({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  PublishUntil(*pool, three_, /*serves=*/true);
  ForgetAll();
  PublishToAll(*pool);
  EXPECT_EQ(UsersAt(one_), at_one);
  EXPECT_EQ(UsersAt(two_), at_two);
}

TEST_F(NameBrokersTest, OfTwoOneIsLeftAndTakenBackAndNobodyElseMoves) {
  const auto pool = Start();
  PublishToAll(*pool);
  const std::set<std::string> at_one = UsersAt(one_);
  const std::set<std::string> at_two = UsersAt(two_);
  const SessionInfo before = pool->Sessions()[0];

  LeadTo({"127.0.0.1"});
  PublishUntil(*pool, two_, /*serves=*/false);
  two_.WaitForSessions(0);
  EXPECT_EQ(UsersAt(one_).size(), kUsers);
  LeadTo({"127.0.0.1", "127.0.0.2"});
  PublishUntil(*pool, two_, /*serves=*/true);
  ForgetAll();
  PublishToAll(*pool);
  EXPECT_EQ(UsersAt(one_), at_one);
  EXPECT_EQ(UsersAt(two_), at_two);
  const SessionInfo after = pool->Sessions()[0];
  EXPECT_TRUE(after.connected);
  EXPECT_EQ(after.since, before.since) << "it stayed connected";
  EXPECT_EQ(pool->brokers().size(), 2U);
}

TEST_F(NameBrokersTest, SessionsSayThatTheirUsersMoveBecauseTheBrokerIsGone) {
  const auto pool = Start();
  LeadTo({"127.0.0.1"});
  while (retired_moves_ + other_moves_ < 2 && !HasFailure()) std::this_thread::yield();
  EXPECT_EQ(retired_moves_.load(), 2);
}

TEST_F(NameBrokersTest, AReplicaThatStartedWithOneOfTwoAgreesOnceTheOtherIsBack) {
  PublishToAll(*Start());
  const std::set<std::string> at_one = UsersAt(one_);
  const std::set<std::string> at_two = UsersAt(two_);

  LeadTo({"127.0.0.1"});
  const auto pool = Start();
  PublishToAll(*pool);
  EXPECT_EQ(UsersAt(one_).size(), kUsers);
  LeadTo({"127.0.0.1", "127.0.0.2"});
  bool agrees = false;
  while (!agrees && !HasFailure()) {
    ForgetAll();
    PublishToAll(*pool);
    agrees = UsersAt(one_) == at_one && UsersAt(two_) == at_two;
  }
  EXPECT_EQ(pool->broker_digest(), Start()->broker_digest());
}

TEST_F(NameBrokersTest, ThoseThatReplaceOthersHaveAsManySessions) {
  const auto pool = Start();
  const auto sessions_at = [&pool](const std::vector<std::string>& addresses) {
    std::size_t sessions = 0;
    std::size_t present = 0;
    for (const BrokerInfo& broker : pool->Brokers()) {
      if (!broker.present) continue;
      ++present;
      for (const std::string& address : addresses) {
        if (absl::EndsWith(broker.name, "/" + address)) sessions += broker.sessions;
      }
    }
    return present == addresses.size() ? sessions : 0;
  };
  for (int first = 2; first < 8; ++first) {
    const std::vector<std::string> addresses = {absl::StrCat("127.0.0.", first),
                                                absl::StrCat("127.0.0.", first + 1)};
    LeadTo(addresses);
    const Clock::time_point deadline = Clock::now() + testing::kPatience;
    while (sessions_at(addresses) < 4 && Clock::now() < deadline) std::this_thread::yield();
    ASSERT_EQ(sessions_at(addresses), 4U) << addresses.back();
  }
  // All at a stroke.
  const std::vector<std::string> others = {"127.0.0.20", "127.0.0.21"};
  LeadTo(others);
  const Clock::time_point deadline = Clock::now() + testing::kPatience;
  while (sessions_at(others) < 4 && Clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(sessions_at(others), 4U);
}

TEST_F(NameBrokersTest, AllOfThemMayBeReplaced) {
  const auto pool = Start();
  PublishToAll(*pool);
  LeadTo({"127.0.0.2", "127.0.0.3"});
  PublishUntil(*pool, one_, /*serves=*/false);
  EXPECT_EQ(UsersAt(two_).size() + UsersAt(three_).size(), kUsers);
}

}  // namespace
}  // namespace dino::mqtt
