#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/session/session.h"
#include "tests/support/process/loopback.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What brokers and machines do to a session, one fault a test.
class SessionFaultsTest : public SessionPoolTest {};

TEST_F(SessionFaultsTest, AcksInReverseOrder) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2", "3"});
  const auto next = PublishBatch("b", {"1", "2", "3"});
  std::vector<Publish> sent = connection.ExpectPublishes(3);
  std::reverse(sent.begin(), sent.end());
  for (const Publish& publish : sent) connection.Send(PubAck{publish.packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  for (const Publish& publish : connection.ExpectPublishes(3)) {
    EXPECT_EQ(publish.payload, "b");
    connection.Send(PubAck{publish.packet_id});
  }
  EXPECT_TRUE(next->WaitForEnd());
}

TEST_F(SessionFaultsTest, FailureCodesThatDoNotPass) {
  Start();
  FakeConnection connection = Connected();
  for (const std::uint8_t code : {0x90, 0x91, 0x99, 0xEE}) {
    const auto batch = PublishBatch("a", {"1", "2"});
    const std::vector<Publish> sent = connection.ExpectPublishes(2);
    connection.Send(PubAck{sent.at(0).packet_id, code, testing::Form::kLong});
    connection.Send(PubAck{sent.at(1).packet_id});
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kRejected, Outcome::kAcknowledged));
    EXPECT_EQ(batch->publication_outcomes()[0].reason_code, code);
  }
}

TEST_F(SessionFaultsTest, AnAckOfTheWrongLengthCostsTheConnectionAndNothingElse) {
  Start();
  FakeConnection broken = Connected();
  const auto batch = PublishBatch("a", {"1"});
  broken.ExpectPublish("1", "a");
  // A PUBACK with half a packet identifier.
  broken.SendBytes(std::string("\x40\x01\x00", 3));
  EXPECT_TRUE(changes_.Next().was_connected);
  FakeConnection connection = Connected();
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
}

TEST_F(SessionFaultsTest, ALateAckIsForNobodyAndItsPlaceComesBack) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.in_flight_window = 1;
  Start(options);
  FakeConnection connection = Connected();
  std::shared_ptr<RecordingBatch> late;
  // On a busy machine the deadline may pass before it is sent.
  for (std::chrono::milliseconds time(30); time < kPatience; time *= 2) {
    PublishOptions soon = RecordingBatch::Options();
    soon.deadline = Clock::now() + time;
    late = PublishBatch("a", {"1"}, soon);
    ASSERT_TRUE(late->WaitForEnd());
    if (late->outcomes().front() != Outcome::kNotSent) break;
  }
  const Publish publish = connection.ExpectPublish("1", "a");
  EXPECT_THAT(late->outcomes(), ElementsAre(Outcome::kUnknown));
  PublishBatch("b", {"1"});
  connection.Send(PubAck{publish.packet_id});
  connection.ExpectPublish("1", "b");
}

TEST_F(SessionFaultsTest, AResetInMidFanOut) {
  Start();
  std::vector<std::string> topics;
  topics.reserve(1000);
  for (int i = 0; i < 1000; ++i) topics.push_back(std::to_string(i));
  FakeConnection first = Connected();
  const auto batch = PublishBatch("a", topics);
  for (const Publish& publish : first.ExpectPublishes(64)) {
    first.Send(PubAck{publish.packet_id});
  }
  first.Reset();
  EXPECT_TRUE(changes_.Next().was_connected);
  FakeConnection second = Connected();
  while (!batch->ended() && !HasFailure()) {
    const Publish publish = second.ExpectPublish();
    second.Send(PubAck{publish.packet_id});
    // The last acknowledgement has no publication after it to wait for.
    if (publish.topic == topics.back()) break;
  }
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(batch->settle_count(), 1000U);
}

TEST_F(SessionFaultsTest, APortThatSpeaksSomethingElse) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.connect_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection other = broker_.Accept();
  other.SendBytes("220 mail.example ESMTP\r\n");
  EXPECT_FALSE(changes_.Next().connected);
  ConnectedInTime();
}

TEST_F(SessionFaultsTest, ABlackHoleAtConnectIsGivenUpSoonerThanASilentBroker) {
  // A listener whose queue is full: the system drops what else comes, without a word.
  const testing::LoopbackPort port;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port.number());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  const auto* any_address = reinterpret_cast<const sockaddr*>(&address);
  ASSERT_EQ(bind(listener, any_address, sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  const int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(filler, any_address, sizeof(address)), 0);

  SessionPoolOptions options = Options(port.number());
  options.session.reach_timeout = std::chrono::milliseconds(50);
  options.session.connect_timeout = std::chrono::hours(1);
  Start(options);
  const SessionChange change = changes_.Next();
  EXPECT_THAT(change.reason, HasSubstr("does not reach"));
  EXPECT_LE(change.retry_in, std::chrono::milliseconds(50)) << "the time it took counts";
  close(filler);
  close(listener);
}

TEST_F(SessionFaultsTest, ABrokerSocketAbove1023) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  std::vector<int> taken;
  do {
    taken.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_GE(taken.back(), 0);
  } while (taken.back() < 1100);
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
  for (const int fd : taken) close(fd);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(SessionFaultsTest, NoDescriptorLeftAtConnect) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  Start();
  FakeConnection connection = Connected();
  limit.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  connection.Close();
  EXPECT_TRUE(changes_.Next().was_connected);
  EXPECT_THAT(changes_.Next().reason, HasSubstr("open files"));
  setrlimit(RLIMIT_NOFILE, &before);
  // Attempts that failed meanwhile were told too.
  SessionChange change;
  FakeConnection again = broker_.AcceptSession();
  do {
    change = changes_.Next();
  } while (!change.connected && !HasFailure());
  EXPECT_TRUE(change.connected);
}

}  // namespace
}  // namespace dino::mqtt::session_test
