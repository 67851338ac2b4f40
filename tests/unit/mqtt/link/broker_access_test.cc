#include "server/mqtt/link/broker_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/unit/mqtt/session/watched_session.h"

namespace dino::mqtt {
namespace {

using ::testing::HasSubstr;
using testing::kLoopbackName;
using testing::MosquittoBroker;
using testing::Subprocess;

TEST(CheckUsernameTest, TakesUtf8) {
  EXPECT_TRUE(CheckUsername("bridge").ok());
  EXPECT_TRUE(CheckUsername("brücke").ok());
}

TEST(CheckUsernameTest, RefusesWhatNoBrokerCouldBeSent) {
  for (const std::string& name : {std::string("\xff"), std::string("a\nb"), std::string("a\0b", 3),
                                  std::string(65536, 'a')}) {
    EXPECT_EQ(CheckUsername(name).message(),
              "must be at most 65535 bytes of UTF-8 without control characters");
  }
}

class ReadPasswordFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Read(const std::string& content) {
    std::ofstream(file_) << content;
    return ReadPasswordFile(file_);
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "password";
};

TEST_F(ReadPasswordFileTest, LeavesOutOneNewlineAtTheEnd) {
  EXPECT_EQ(Read("secret").value(), "secret");
  EXPECT_EQ(Read("secret\n").value(), "secret");
  EXPECT_EQ(Read("secret\r\n").value(), "secret");
  EXPECT_EQ(Read(" a\nb \n\n").value(), " a\nb \n");
}

TEST_F(ReadPasswordFileTest, RefusesWhatIsNoPasswordWithoutShowingIt) {
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("hun\0ter", 7), std::string(65536, 'h')}) {
    const absl::Status status = Read(content).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr(file_ + " holds no password"));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("hun")));
  }
}

class BrokerAccessTest : public ::testing::Test {
 protected:
  BrokerAccessTest() {
    const std::string users = directory_.path() / "users";
    Subprocess passwd({"mosquitto_passwd", "-b", "-c", users, "bridge", "secret"});
    EXPECT_EQ(passwd.Wait(), 0);
    broker_.emplace(MosquittoBroker::Door{"allow_anonymous false", "password_file " + users});
  }

  void WritePassword(const std::string& content) { std::ofstream(file_) << content; }

  BrokerAccessOptions Access() const {
    BrokerAccessOptions access;
    access.username = "bridge";
    access.password_file = file_;
    return access;
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "password";
  std::optional<MosquittoBroker> broker_;
};

TEST_F(BrokerAccessTest, ConnectsWithThePasswordOfTheFile) {
  WritePassword("secret\n");
  WatchedSession session(kLoopbackName, broker_->port(), Access());
  session.WaitForConnection();
  session.ExpectPublishes();
}

TEST_F(BrokerAccessTest, SaysThatTheBrokerRefusesAndTakesANewPasswordAtTheNextAttempt) {
  WritePassword("wrong");
  WatchedSession session(kLoopbackName, broker_->port(), Access());
  EXPECT_THAT(session.Next().reason, HasSubstr("0x87"));
  WritePassword("secret");
  session.WaitForConnection();
}

TEST_F(BrokerAccessTest, SaysThatTheBrokerWantsAName) {
  WatchedSession session(kLoopbackName, broker_->port(), {});
  EXPECT_THAT(session.Next().reason, HasSubstr("0x87"));
}

TEST_F(BrokerAccessTest, AnAttemptWithoutItsFileFailsAndTheNextOneIsTried) {
  WatchedSession session(kLoopbackName, broker_->port(), Access());
  EXPECT_EQ(session.Next().reason, "cannot read " + file_ + ": No such file or directory");
  WritePassword("secret");
  session.WaitForConnection();
}

TEST_F(BrokerAccessTest, ANameWithoutPasswordIsSent) {
  BrokerAccessOptions access = Access();
  access.password_file.clear();
  const std::string rules = directory_.path() / "rules";
  std::ofstream(rules) << "user bridge\ntopic write user/#\n";
  MosquittoBroker open(MosquittoBroker::Door{"allow_anonymous true", "acl_file " + rules});
  WatchedSession session(kLoopbackName, open.port(), access);
  session.WaitForConnection();
  session.ExpectPublishes();
}

}  // namespace
}  // namespace dino::mqtt
