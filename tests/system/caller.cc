#include "tests/system/caller.h"

#include <gtest/gtest.h>

#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

// Between calls. Leaves the processors to what the test is about.
constexpr std::chrono::milliseconds kPause{2};

}  // namespace

Caller::Caller(BridgeProcess& bridge, std::int64_t user_id, Clock::duration deadline)
    : bridge_(bridge), user_id_(user_id), deadline_(deadline), thread_([this] { Run(); }) {}

void Caller::Run() {
  for (int number = 0; !stop_; ++number) {
    std::this_thread::sleep_for(kPause);
    CallRecord record;
    record.text = std::to_string(user_id_) + " " + std::to_string(number);
    const v1::PublishMessageRequest request = MessageRequest({user_id_}, record.text);
    grpc::ClientContext context;
    const Clock::time_point begin = Clock::now();
    context.set_deadline(std::chrono::system_clock::now() + deadline_);
    v1::PublishMessageResponse response;
    record.answer = bridge_.stub().PublishMessage(&context, request, &response);
    record.elapsed = Clock::now() - begin;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (record.answer.ok()) ++successes_;
    records_.push_back(std::move(record));
    changed_.notify_all();
  }
}

std::size_t Caller::successes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return successes_;
}

void Caller::WaitForSuccesses(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return successes_ >= count; })) {
    ADD_FAILURE_AT(where.file, where.line)
        << "user " << user_id_ << ": only " << successes_ << " of " << count
        << " calls were answered OK; the last answer was: "
        << (records_.empty() ? "none" : Describe(records_.back().answer));
  }
}

void Caller::WaitForFailure(Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return records_.size() > successes_; })) {
    ADD_FAILURE_AT(where.file, where.line) << "user " << user_id_ << ": no call failed";
  }
}

std::vector<CallRecord> Caller::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  const std::lock_guard<std::mutex> lock(mutex_);
  return records_;
}

void WaitForSuccessesOfEach(const Callers& callers, std::size_t count, Where where) {
  std::vector<std::size_t> before;
  for (const auto& caller : callers) before.push_back(caller->successes());
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i]->WaitForSuccesses(before[i] + count, where);
  }
}

}  // namespace dino::testing
