#include "tests/soak/load.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/soak/answer.h"
#include "tests/soak/witness.h"
#include "tests/support/http2/quick_channel.h"

namespace dino::soak {
namespace {

using std::chrono::system_clock;
using testing::Clock;
namespace v1 = ::dino::events::v1;

constexpr std::int64_t kFirstUser = 1000;

v1::PublishMessageRequest Request(const std::vector<std::int64_t>& users,
                                  const EventOrigin& origin) {
  v1::PublishMessageRequest request;
  request.mutable_user_ids()->Add(users.begin(), users.end());
  v1::Message& message = *request.mutable_message();
  message.set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  message.set_sender_id(users.front());
  message.set_message_id("c87efd18-8879-4c24-8b26-ccb7f40a0fe5");
  message.set_message_payload(TextOf(origin));
  message.set_message_type("text");
  message.mutable_created_at()->set_seconds(1597877384);
  return request;
}

system_clock::time_point After(Clock::duration length) {
  return system_clock::now() + std::chrono::duration_cast<system_clock::duration>(length);
}

}  // namespace

Load::Load(const std::vector<std::string>& addresses, const LoadOptions& options,
           testing::Ledger& ledger)
    : options_(options), ledger_(ledger), next_user_(kFirstUser) {
  for (const std::string& address : addresses) {
    channels_.push_back(testing::QuickChannel(address));
    stubs_.push_back(v1::EventPublisherService::NewStub(channels_.back()));
  }
  for (std::size_t i = 0; i < options.small_callers; ++i) {
    AddCaller(options.manners[i % options.manners.size()], 2 + i % 4, options.pause);
  }
  const Manner large = addresses.size() > 1 ? Manner::kRepeats : Manner::kPlain;
  if (options.large_group > 0) AddCaller(large, options.large_group, 10 * options.pause);
  for (const auto& caller : callers_) {
    caller->thread = std::thread([this, &caller = *caller] { Run(caller); });
  }
}

void Load::AddCaller(Manner manner, std::size_t user_count, std::chrono::milliseconds pause) {
  const auto seed = static_cast<unsigned>(options_.seed + callers_.size());
  Caller& caller =
      *callers_.emplace_back(std::make_unique<Caller>(manner, options_.deadline, seed));
  caller.number = ledger_.AddCaller(next_user_, user_count);
  for (std::size_t i = 0; i < user_count; ++i) caller.users.push_back(next_user_++);
  caller.pause = pause;
}

std::string Load::FirstTopic() { return absl::StrCat("dms/dev/", kFirstUser); }

bool Load::WaitForConnection(Clock::duration patience) {
  return std::all_of(channels_.begin(), channels_.end(), [patience](const auto& channel) {
    return channel->WaitForConnected(After(patience));
  });
}

void Load::Resume() {
  const std::lock_guard<std::mutex> lock(mutex_);
  paused_ = false;
  changed_.notify_all();
}

void Load::Pause() {
  std::unique_lock<std::mutex> lock(mutex_);
  paused_ = true;
  changed_.wait(lock, [this] {
    return std::none_of(callers_.begin(), callers_.end(),
                        [](const auto& caller) { return caller->calling; });
  });
}

void Load::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  for (const auto& caller : callers_) {
    if (caller->thread.joinable()) caller->thread.join();
  }
}

std::optional<Recovery> Load::WaitForRecovery(Clock::time_point since, Clock::duration patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  watched_since_ = since;
  for (const auto& caller : callers_) caller->first_ok = {};
  const auto recovered = [since](const auto& caller) {
    return caller->manner == Manner::kShortDeadline || caller->first_ok > since;
  };
  if (!changed_.wait_for(lock, patience, [&] {
        return std::all_of(callers_.begin(), callers_.end(), recovered);
      })) {
    return std::nullopt;
  }
  Recovery recovery{patience, {}};
  for (const auto& caller : callers_) {
    if (caller->first_ok <= since) continue;
    recovery.first = std::min(recovery.first, caller->first_ok - since);
    if (caller->manner == Manner::kShortDeadline) continue;
    recovery.all = std::max(recovery.all, caller->first_ok - since);
  }
  return recovery;
}

std::map<std::string, std::size_t> Load::Outcomes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcomes_;
}

bool Load::AwaitTurn(Caller& caller) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::chrono::milliseconds pause = caller.must_repeat ? 10 * caller.pause : caller.pause;
  changed_.wait_for(lock, pause, [this] { return stopped_; });
  changed_.wait(lock, [this] { return stopped_ || !paused_; });
  caller.calling = !stopped_;
  return caller.calling;
}

void Load::Run(Caller& caller) {
  while (AwaitTurn(caller)) Call(caller);
}

void Load::Call(Caller& caller) {
  const Clock::time_point now = Clock::now();
  const std::uint32_t number =
      caller.must_repeat ? ledger_.Repeat(caller.number, now) : ledger_.Begin(caller.number, now);
  v1::PublishMessageRequest request = Request(caller.users, {caller.number, number});
  if (caller.manner == Manner::kRepeats) {
    request.mutable_options()->set_idempotency_key(request.message().message_payload());
    if (!caller.must_repeat) caller.resume_token.clear();
    request.mutable_options()->set_resume_token(caller.resume_token);
  }
  const CallPlan plan = caller.planner.Next();
  v1::PublishMessageResponse response;
  auto& stub = *stubs_[caller.random() % stubs_.size()];
  const grpc::Status status = Make(stub, request, plan, response);
  testing::CallEnd end = ReadEnd(status, response.delivery(), caller.users);
  end.at = Clock::now();
  end.allowed = plan.cancel_after.value_or(plan.deadline);
  ledger_.End(caller.number, end);
  const std::string token = ResumeTokenOf(status);
  if (!token.empty()) caller.resume_token = token;
  caller.must_repeat = caller.manner == Manner::kRepeats && !status.ok();
  CallEnded(caller, status);
}

grpc::Status Load::Make(v1::EventPublisherService::Stub& stub,
                        const v1::PublishMessageRequest& request, const CallPlan& plan,
                        v1::PublishMessageResponse& response) {
  grpc::ClientContext context;
  context.set_deadline(After(plan.deadline));
  grpc::CompletionQueue queue;
  const auto call = stub.AsyncPublishMessage(&context, request, &queue);
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  const system_clock::time_point until =
      plan.cancel_after ? After(*plan.cancel_after) : system_clock::time_point::max();
  if (queue.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::TIMEOUT) {
    context.TryCancel();
    queue.Next(&tag, &ok);
  }
  return status;
}

void Load::CallEnded(Caller& caller, const grpc::Status& status) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard<std::mutex> lock(mutex_);
  caller.calling = false;
  ++outcomes_[OutcomeOf(status)];
  if (status.ok() && now > watched_since_ && caller.first_ok < watched_since_) {
    caller.first_ok = now;
  }
  changed_.notify_all();
}

}  // namespace dino::soak
