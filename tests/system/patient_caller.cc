#include "tests/system/patient_caller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/support/mqtt/mosquitto_sub.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

// Between a failed call and the next one.
constexpr std::chrono::milliseconds kPause{50};

// Compares what one user received with what was published.
class UserCheck {
 public:
  UserCheck(std::int64_t user, const std::vector<PublishedEvent>& events, Where where)
      : user_(user), events_(events), where_(where), copies_(events.size()) {
    for (std::size_t i = 0; i < events.size(); ++i) numbers_[events[i].text] = i;
  }

  void Take(const Received& received) {
    const std::string text = TextOf(received.payload);
    const auto found = numbers_.find(text);
    if (found == numbers_.end()) return Fail("nobody published", text);
    const std::size_t number = found->second;
    const PublishedEvent& event = events_[number];
    if (event.ok() && received.UserProperty("event_id") != event.event_id) {
      Fail("another event ID", text);
    }
    if (++copies_[number] > 1) return;
    if (number < next_) Fail("out of order", text);
    next_ = number + 1;
  }

  void Finish(std::size_t more_copies) {
    std::size_t allowed = more_copies;
    std::size_t set_aside = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const std::size_t calls = events_[i].answers.size();
      if (events_[i].ok() && copies_[i] == 0) Fail("lost", events_[i].text);
      if (copies_[i] > calls + more_copies) Fail("too many copies", events_[i].text);
      allowed += calls - 1;
      set_aside += copies_[i] - std::min<std::size_t>(copies_[i], 1);
    }
    if (set_aside > allowed) {
      Fail("too many copies in all", std::to_string(set_aside) + " of " + std::to_string(allowed));
    }
  }

 private:
  void Fail(const char* what, const std::string& text) const {
    ADD_FAILURE_AT(where_.file, where_.line) << "user " << user_ << ": " << what << ": " << text;
  }

  const std::int64_t user_;
  const std::vector<PublishedEvent>& events_;
  const Where where_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::size_t> copies_;
  std::size_t next_ = 0;
};

}  // namespace

PatientCaller::PatientCaller(Stub& stub, std::vector<std::int64_t> users, Clock::duration deadline)
    : stub_(stub), users_(std::move(users)), deadline_(deadline), thread_([this] { Run(); }) {}

void PatientCaller::Run() {
  for (int number = 0; !stopped(); ++number) {
    PublishedEvent event;
    event.text = std::to_string(users_.front()) + "-" + std::to_string(number);
    Publish(event);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (event.ok()) ++successes_;
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
}

void PatientCaller::Publish(PublishedEvent& event) {
  do {
    event.answers.push_back(Call(event));
    if (event.ok()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    ++failures_;
    last_failure_ = Describe(event.answers.back());
    changed_.notify_all();
  } while (WaitToRepeat());
}

grpc::Status PatientCaller::Call(PublishedEvent& event) {
  v1::PublishMessageRequest request = MessageRequest(users_, event.text);
  request.mutable_options()->set_idempotency_key(event.text);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + deadline_);
  v1::PublishMessageResponse response;
  grpc::Status status = stub_.PublishMessage(&context, request, &response);
  if (status.ok()) event.event_id = response.delivery().event_id();
  return status;
}

bool PatientCaller::WaitToRepeat() {
  std::unique_lock<std::mutex> lock(mutex_);
  return !changed_.wait_for(lock, kPause, [this] { return stop_; });
}

bool PatientCaller::stopped() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stop_;
}

std::size_t PatientCaller::successes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return successes_;
}

void PatientCaller::WaitForSuccesses(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return successes_ >= count; })) {
    ADD_FAILURE_AT(where.file, where.line)
        << "user " << users_.front() << ": only " << successes_ << " of " << count
        << " events were answered OK; the last failure was: " << last_failure_;
  }
}

void PatientCaller::WaitForFailure(Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::size_t before = failures_;
  if (!changed_.wait_for(lock, kPatience, [&] { return failures_ > before; })) {
    ADD_FAILURE_AT(where.file, where.line) << "user " << users_.front() << ": no call failed";
  }
}

std::vector<PublishedEvent> PatientCaller::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  return events_;
}

void WaitForSuccessesOfEach(const PatientCallers& callers, std::size_t count, Where where) {
  std::vector<std::size_t> before;
  for (const auto& caller : callers) before.push_back(caller->successes());
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i]->WaitForSuccesses(before[i] + count, where);
  }
}

std::vector<Received> ReceiveAll(Subscriber& subscriber, std::uint16_t port, Where where) {
  Subprocess mark(MosquittoPub(port, "mark", "end"));
  std::vector<Received> received = subscriber.NextUntil("end", where);
  received.pop_back();
  return received;
}

Inboxes ByTopic(std::vector<Received> received) {
  Inboxes inboxes;
  for (Received& each : received) {
    std::vector<Received>& inbox = inboxes[each.topic];
    inbox.push_back(std::move(each));
  }
  return inboxes;
}

void ExpectDelivered(const PatientCaller& caller, const std::vector<PublishedEvent>& events,
                     const Inboxes& inboxes, std::size_t more_copies, Where where) {
  for (const std::int64_t user : caller.users()) {
    UserCheck check(user, events, where);
    const auto inbox = inboxes.find("dms/dev/" + std::to_string(user));
    if (inbox != inboxes.end()) {
      for (const Received& received : inbox->second) check.Take(received);
    }
    check.Finish(more_copies);
  }
}

}  // namespace dino::testing
