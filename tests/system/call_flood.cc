#include "tests/system/call_flood.h"

#include <gtest/gtest.h>

#include "tests/support/http2/own_connection.h"

namespace dino::testing {

CallFlood::CallFlood(const std::string& address, std::size_t connections)
    : thread_([this] { TakeAnswers(); }) {
  for (std::size_t i = 0; i < connections; ++i) {
    stubs_.push_back(v1::EventPublisherService::NewStub(ChannelWithOwnConnection(address)));
  }
}

CallFlood::~CallFlood() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& call : calls_) {
      if (call->answer.endings == 0) call->context.TryCancel();
    }
  }
  queue_.Shutdown();
  thread_.join();
}

std::size_t CallFlood::Start(const v1::PublishMessageRequest& request, Clock::duration deadline) {
  auto owned = std::make_unique<Call>();
  Call& call = *owned;
  std::size_t number = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    number = calls_.size();
    calls_.push_back(std::move(owned));
  }
  call.context.set_deadline(std::chrono::system_clock::now() + deadline);
  call.context.set_wait_for_ready(true);
  call.begin = Clock::now();
  call.reader =
      stubs_[number % stubs_.size()]->AsyncPublishMessage(&call.context, request, &queue_);
  call.reader->Finish(&call.response, &call.answer.status, &call);
  return number;
}

void CallFlood::Cancel(std::size_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_[number]->context.TryCancel();
}

void CallFlood::TakeAnswers() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    FloodAnswer& answer = static_cast<Call*>(tag)->answer;
    const std::lock_guard<std::mutex> lock(mutex_);
    answer.elapsed = Clock::now() - static_cast<Call*>(tag)->begin;
    ++answer.endings;
    ++ended_;
    changed_.notify_all();
  }
}

void CallFlood::WaitForEnds(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (ended_ < count) {
    const std::size_t before = ended_;
    if (changed_.wait_for(lock, kPatience, [&] { return ended_ > before; })) continue;
    ADD_FAILURE_AT(where.file, where.line)
        << "only " << ended_ << " of " << count << " calls have ended";
    return;
  }
}

std::vector<FloodAnswer> CallFlood::Finish(Where where) {
  std::size_t count = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    count = calls_.size();
  }
  WaitForEnds(count, where);
  std::vector<FloodAnswer> answers;
  const std::lock_guard<std::mutex> lock(mutex_);
  answers.reserve(count);
  for (const auto& call : calls_) answers.push_back(call->answer);
  return answers;
}

}  // namespace dino::testing
