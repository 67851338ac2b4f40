#include "clients/dino-publish/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "google/rpc/status.pb.h"

namespace dino::publish_client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A run whose call the test answers.
class RunTest : public ::testing::Test {
 protected:
  int RunWith(const std::vector<std::string>& arguments, const std::string& input = "{}") {
    std::istringstream in(input);
    return publish_client::Run(arguments,
                               {[](const char*) -> const char* { return nullptr; }, in, out_, err_,
                                [this](const Call& call, std::string& response) {
                                  call_ = call;
                                  response = response_;
                                  return status_;
                                }});
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  grpc::Status status_;
  std::string response_;
  std::optional<Call> call_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RunTest, SendsTheRequestAndPrintsTheResponse) {
  events::v1::PublishReadResponse response;
  response.mutable_delivery()->set_event_id("e");
  response_ = response.SerializeAsString();

  EXPECT_EQ(RunWith({"PublishRead", "--address=bridge:1", "--timeout=2s", "--compact"},
                    R"({"user_ids": [7]})"),
            0);

  ASSERT_TRUE(call_.has_value());
  EXPECT_EQ(call_->address, "bridge:1");
  EXPECT_EQ(call_->path, "/dino.events.v1.EventPublisherService/PublishRead");
  EXPECT_EQ(call_->timeout, std::chrono::seconds(2));
  events::v1::PublishReadRequest request;
  ASSERT_TRUE(request.ParseFromString(call_->request));
  EXPECT_THAT(request.user_ids(), ::testing::ElementsAre(7));
  EXPECT_THAT(out(), StartsWith(R"({"delivery":{"event_id":"e",)"));
  EXPECT_THAT(out(), ::testing::EndsWith("}}\n"));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(RunTest, PrintsAnErrorAndExitsByItsCode) {
  status_ = grpc::Status(grpc::StatusCode::UNAVAILABLE, "no broker");

  EXPECT_EQ(RunWith({"PublishRead"}), 4);
  EXPECT_EQ(err(), "dino-publish: UNAVAILABLE: no broker\n");
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(RunTest, ExitsByTheFirstEventOfABatchThatFailed) {
  events::v1::PublishBatchResponse response;
  response.add_results()->mutable_delivery()->set_event_id("e");
  response.add_results()->mutable_error()->set_code(grpc::StatusCode::UNAVAILABLE);
  response.add_results()->mutable_error()->set_code(grpc::StatusCode::PERMISSION_DENIED);
  response_ = response.SerializeAsString();

  EXPECT_EQ(RunWith({"PublishBatch"}), 4);
  EXPECT_THAT(out(), HasSubstr(R"("event_id")"));
  EXPECT_EQ(err(), "dino-publish: 2 of 3 events failed\n");
}

TEST_F(RunTest, SucceedsWithABatchOfWhichNothingFailed) {
  events::v1::PublishBatchResponse response;
  response.add_results()->mutable_delivery()->set_event_id("e");
  response_ = response.SerializeAsString();

  EXPECT_EQ(RunWith({"PublishBatch"}), 0);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(RunTest, RefusesInvalidJsonWithoutACall) {
  EXPECT_EQ(RunWith({"PublishRead"}, R"({"raed": {}})"), 2);
  EXPECT_THAT(err(), StartsWith("dino-publish: invalid request: "));
  EXPECT_THAT(err(), HasSubstr("raed"));
  EXPECT_FALSE(call_.has_value());
}

TEST_F(RunTest, RefusesAnUnknownMethodWithoutACall) {
  EXPECT_EQ(RunWith({"PublishNothing"}), 2);
  EXPECT_EQ(err(), "dino-publish: unknown method PublishNothing; --list prints all\n");
  EXPECT_FALSE(call_.has_value());
}

TEST_F(RunTest, RefusesAnInvalidCommandLine) {
  EXPECT_EQ(RunWith({}), 2);
  EXPECT_EQ(err(),
            "dino-publish: name the method to call, such as PublishMessage; --list prints all\n"
            "Try: dino-publish --help\n");
}

TEST_F(RunTest, FailsIfTheAnswerCannotBeRead) {
  response_ = "\xff";
  EXPECT_EQ(RunWith({"PublishRead"}), 1);
  EXPECT_EQ(err(), "dino-publish: the call succeeded, but its response cannot be read\n");
}

TEST_F(RunTest, FailsIfTheOutputCannotBeWritten) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(RunWith({"PublishRead"}), 1);
}

TEST_F(RunTest, PrintsHelpVersionAndList) {
  EXPECT_EQ(RunWith({"--help"}), 0);
  EXPECT_THAT(out(), StartsWith("Usage: dino-publish"));
  out_.str("");
  EXPECT_EQ(RunWith({"--version"}), 0);
  EXPECT_THAT(out(), ::testing::MatchesRegex("dino-publish [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  out_.str("");
  EXPECT_EQ(RunWith({"--list"}), 0);
  EXPECT_THAT(out(), StartsWith("PublishGroup\n"));
  EXPECT_THAT(err(), IsEmpty());
  EXPECT_FALSE(call_.has_value());
}

}  // namespace
}  // namespace dino::publish_client
