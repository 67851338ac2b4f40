#include "server/api/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "server/api/errors.h"
#include "tests/unit/log/captured_log.h"

namespace dino::api {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const grpc::Status kRefused = ShuttingDown();

class CallLogTest : public ::testing::Test {
 protected:
  // What was logged. Nothing is logged afterwards.
  std::vector<std::string> Lines() { return captured_.Lines(); }

  log::CapturedLog captured_;
  CallLog log_;
  CallOrigin origin_{"PublishBatch", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                     nullptr};
  CallOrigin traced_{"PublishBatch", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                     nullptr};
  Clock::time_point now_{Clock::now()};
};

TEST_F(CallLogTest, ALineHasAllThatIsKnown) {
  CallEnd end;
  end.kind = event::IndexOfKind("message");
  end.event_id = "an-id";
  end.recipients = 3;
  end.acknowledged = 0;
  end.after = milliseconds(250);
  log_.Failed(origin_, end, kRefused, now_);
  EXPECT_THAT(Lines(),
              ElementsAre(R"("level":"warning","message":"call failed","method":"PublishBatch",)"
                          R"("event_type":"message","trace_id":"0af7651916cd43dd8448eb211c80319c",)"
                          R"("event_id":"an-id","recipients":3,"acknowledged":0,"seconds":0.25,)"
                          R"("code":"Unavailable","reason":"SHUTTING_DOWN",)"
                          R"("error":"this server is shutting down; nothing was published"})"));
}

TEST_F(CallLogTest, WhatIsNotKnownIsLeftOut) {
  log_.Succeeded({"PublishStream", "", nullptr}, {}, now_);
  EXPECT_THAT(Lines(),
              ElementsAre(R"("level":"info","message":"call succeeded","method":"PublishStream",)"
                          R"("seconds":0,"code":"OK"})"));
}

TEST_F(CallLogTest, OneSuccessASecondOfEachKindHasALine) {
  CallEnd message;
  message.kind = event::IndexOfKind("message");
  CallEnd read;
  read.kind = event::IndexOfKind("read");
  for (int i = 0; i < 10; ++i) {
    log_.Succeeded(origin_, message, now_ + milliseconds(99 * i));
    log_.Succeeded(origin_, read, now_ + milliseconds(99 * i));
  }
  log_.Succeeded(origin_, message, now_ + milliseconds(1000));
  const std::vector<std::string> lines = Lines();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], HasSubstr(R"("event_type":"message")"));
  EXPECT_THAT(lines[1], HasSubstr(R"("event_type":"read")"));
  EXPECT_THAT(lines[2], HasSubstr(R"("event_type":"message")"));
}

TEST_F(CallLogTest, AFloodOfFailuresIsCountedAndHidesNoOthers) {
  for (int i = 0; i < 50; ++i) log_.Failed(origin_, {}, kRefused, now_);
  log_.Failed(origin_, {}, NotAllowed("not this one"), now_);
  // Another reason with the same code.
  log_.Failed(origin_, {}, Refused(fanout::Refusal::kUnreachable), now_);
  log_.Failed(origin_, {}, {grpc::StatusCode::DEADLINE_EXCEEDED, "late"}, now_);
  log_.Failed(origin_, {}, kRefused, now_ + milliseconds(1000));
  log_.Failed(origin_, {}, kRefused, now_ + milliseconds(2000));
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("SHUTTING_DOWN"), HasSubstr("not this one"),
                                   HasSubstr("BROKER_UNREACHABLE"), HasSubstr("late"),
                                   HasSubstr(R"("unlogged":49)"), Not(HasSubstr("unlogged"))));
}

TEST_F(CallLogTest, WhereAllAreLoggedTheLogsLevelDoesNotMatter) {
  captured_.Take(log::Level::kError);
  CallLog all(LoggedCalls::kAll);
  for (int i = 0; i < 50; ++i) {
    all.Failed(origin_, {}, kRefused, now_);
    all.Failed(origin_, {}, Unauthenticated("who?"), now_);
    all.Succeeded(origin_, {}, now_);
  }
  EXPECT_THAT(Lines(), SizeIs(150));
}

TEST_F(CallLogTest, WhereFailedOnesAreLoggedNoSuccessIs) {
  CallLog failed(LoggedCalls::kFailed);
  failed.Succeeded(origin_, {}, now_);
  for (int i = 0; i < 50; ++i) failed.Failed(origin_, {}, kRefused, now_);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("call failed")));
}

TEST_F(CallLogTest, ACallWhoseTraceIsRecordedAlwaysHasALine) {
  captured_.Take(log::Level::kError);
  CallLog failed(LoggedCalls::kFailed);
  for (int i = 0; i < 50; ++i) {
    failed.Succeeded(traced_, {}, now_);
    failed.Failed(traced_, {}, kRefused, now_);
  }
  EXPECT_THAT(Lines(), SizeIs(100));
}

TEST_F(CallLogTest, AStrangersTraceFillsNoLog) {
  for (int i = 0; i < 50; ++i) log_.Failed(traced_, {}, Unauthenticated("who?"), now_);
  EXPECT_THAT(Lines(), SizeIs(1));
}

TEST_F(CallLogTest, ACancelledCallIsNoWarning) {
  log_.Failed(origin_, {}, {grpc::StatusCode::CANCELLED, "the caller cancelled"}, now_);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr(R"("level":"info","message":"call failed")")));
}

}  // namespace
}  // namespace dino::api
