#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tests/soak/answer.h"
#include "tests/soak/load.h"
#include "tests/soak/witness.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/error_details.h"
#include "tests/system/log_record.h"
#include "tests/system/requests.h"

namespace dino::broker_suite {
namespace {

using testing::Clock;
namespace v1 = ::dino::events::v1;

constexpr int kEvents = 3;
// Each event's call, and its repetitions with the same key.
constexpr int kCallsOfAnEvent = 3;
// By each publication, of connections that others share, however often it is repeated.
constexpr std::size_t kMostSharedLosses = 2;
// The users of a text that is too large; nobody else's.
constexpr std::int64_t kFirstUserOfLargeText = 900;
// How long every other caller may take to be answered OK once.
constexpr std::chrono::seconds kPatienceOfOthers{30};

// What the broker does not take.
struct Unwelcome {
  std::vector<std::int64_t> users;
  // Those of them who are refused.
  std::vector<std::int64_t> refused;
  // What is added to the text.
  std::size_t padding = 0;
};

// Calls with what the broker does not take, and judges the answers.
class UnwelcomeCaller {
 public:
  UnwelcomeCaller(testing::BridgeProcess& bridge, Stage& stage, Unwelcome what, Part& part)
      : bridge_(bridge),
        ledger_(stage.ledger()),
        what_(std::move(what)),
        part_(part),
        number_(ledger_.AddCaller(what_.users.front(), what_.users.size())) {}

  void Publish() { Call(ledger_.Begin(number_, Clock::now())); }
  void Repeat() { Call(ledger_.Repeat(number_, Clock::now())); }

  // Adds what was answered.
  void Finish() {
    std::vector<std::string> texts;
    for (const auto& [answer, count] : answers_) {
      texts.push_back(absl::StrCat(count, " ", answer));
    }
    const auto slowest = std::chrono::duration<double>(slowest_).count();
    part_.figures.push_back(absl::StrFormat("answered %s, the slowest after %.2f s",
                                            absl::StrJoin(texts, ", "), slowest));
  }

 private:
  void Call(std::uint32_t event) {
    std::string text = soak::TextOf({number_, event});
    v1::PublishMessageRequest request = testing::MessageRequest(what_.users, text);
    request.mutable_options()->set_idempotency_key(text);
    if (what_.padding > 0) {
      request.mutable_message()->set_message_payload(
          absl::StrCat(text, " ", std::string(what_.padding, 'x')));
    }
    const Clock::time_point begin = Clock::now();
    v1::Delivery delivery;
    const grpc::Status status = PublishMessage(bridge_, request, &delivery);
    testing::CallEnd end = soak::ReadEnd(status, delivery, what_.users);
    end.at = Clock::now();
    end.allowed = testing::kPatience;
    ledger_.End(number_, end);
    slowest_ = std::max(slowest_, end.at - begin);
    Judge(status);
  }

  void Judge(const grpc::Status& status) {
    if (status.ok()) {
      ++answers_["OK"];
      part_.Expect(false, "the broker acknowledges what it should refuse");
      return;
    }
    std::string answer = soak::OutcomeOf(status);
    const auto failure = testing::DetailOf<v1::PublishFailure>(status);
    std::vector<std::int64_t> rejected;
    if (failure) {
      for (const v1::RecipientResult& result : failure->failed_recipients()) {
        if (result.outcome() == v1::OUTCOME_REJECTED) rejected.push_back(result.user_id());
        part_.Expect(result.outcome() == v1::OUTCOME_REJECTED,
                     absl::StrCat("user ", result.user_id(),
                                  " is not REJECTED: ", v1::Outcome_Name(result.outcome())));
        absl::StrAppend(&answer, " ", absl::Hex(result.reason_code(), absl::kZeroPad2));
      }
    }
    part_.Expect(rejected == what_.refused,
                 absl::StrCat("REJECTED are ", absl::StrJoin(rejected, ","), " and not ",
                              absl::StrJoin(what_.refused, ","), ": ", testing::Describe(status)));
    ++answers_[answer];
  }

  testing::BridgeProcess& bridge_;
  testing::Ledger& ledger_;
  const Unwelcome what_;
  Part& part_;
  const std::size_t number_;
  std::map<std::string, std::size_t> answers_;
  Clock::duration slowest_{};
};

// One user who is refused and two beside, in one call.
Unwelcome ToTopicOf(std::int64_t user) { return {{user, user + 1, user + 2}, {user}, 0}; }

Unwelcome OfSize(std::size_t bytes) {
  const std::vector<std::int64_t> users = {kFirstUserOfLargeText, kFirstUserOfLargeText + 1};
  return {users, users, bytes};
}

soak::LoadOptions Others() {
  soak::LoadOptions load;
  load.manners = {soak::Manner::kPlain};
  load.large_group = 50;
  load.pause = std::chrono::milliseconds(10);
  return load;
}

// Waits until each of the others was answered OK.
void AwaitOthers(soak::Load& load, Part& part) {
  part.Expect(load.WaitForRecovery(Clock::now(), kPatienceOfOthers).has_value(),
              "others are not answered OK");
}

// Adds what the bridge said of the first connections that it lost, for who looks for the reason.
void AddLosses(testing::BridgeProcess& bridge, Part& part) {
  constexpr std::size_t kMost = 10;
  std::size_t count = 0;
  bridge.Stop();
  for (const std::string& line : bridge.RemainingLog()) {
    if (testing::LogRecord(line).message() != "session lost" || ++count > kMost) continue;
    part.faults.push_back(line);
  }
}

// Returns how many connections were lost.
std::size_t RunUnwelcome(const Options& options, const std::vector<Unwelcome>& all, Part& part) {
  Stage stage(options, part.name);
  std::vector<std::string> flags = BridgeFlags(options);
  if (options.poison_bytes > 0) {
    flags.push_back(absl::StrCat("--max-payload-bytes=", options.poison_bytes + 65536));
  }
  testing::BridgeProcess bridge(stage.Brokers(), flags);
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  soak::Load load(bridge.address(), Others(), stage.ledger());
  load.Resume();
  AwaitOthers(load, part);
  for (const Unwelcome& what : all) {
    UnwelcomeCaller caller(bridge, stage, what, part);
    for (int event = 0; event < kEvents; ++event) {
      caller.Publish();
      for (int call = 1; call < kCallsOfAnEvent; ++call) caller.Repeat();
      AwaitOthers(load, part);
    }
    caller.Finish();
  }
  load.Stop();
  const Stage::LossCounts losses = stage.CountLosses();
  part.figures.push_back(
      absl::StrCat(losses.all, " connections lost, ", losses.shared, " of them shared"));
  std::size_t most_losses = 0;
  for (const Unwelcome& what : all) most_losses += kMostSharedLosses * what.refused.size();
  part.Expect(losses.shared <= most_losses,
              absl::StrCat("more than ", most_losses, " shared connections were lost"));
  AddOutcomes(load, {"OK"}, part);
  stage.Finish(part);
  if (!part.faults.empty()) AddLosses(bridge, part);
  return losses.all;
}

}  // namespace

void RunRefusal(const Options& options, Part& part) {
  if (!options.denied_user) {
    part.not_run = "it needs --deny-topic";
    return;
  }
  RunUnwelcome(options, {ToTopicOf(*options.denied_user)}, part);
}

void RunPoison(const Options& options, Part& part) {
  std::vector<Unwelcome> all;
  if (options.poison_user) all.push_back(ToTopicOf(*options.poison_user));
  if (options.poison_bytes > 0) all.push_back(OfSize(options.poison_bytes));
  if (all.empty()) {
    part.not_run = "it needs --poison-topic or --poison-bytes";
    return;
  }
  if (RunUnwelcome(options, all, part) == 0 && part.faults.empty()) {
    part.not_run = "the broker refuses it without closing the connection";
  }
}

}  // namespace dino::broker_suite
