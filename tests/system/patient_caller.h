#ifndef DINO_TESTS_SYSTEM_PATIENT_CALLER_H_
#define DINO_TESTS_SYSTEM_PATIENT_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// An event that a `PatientCaller` published, and all answers to it.
struct PublishedEvent {
  // The message's text: the caller's first user and the event's number.
  std::string text;
  std::vector<grpc::Status> answers;
  // From the OK; empty if there was none.
  std::string event_id;

  bool ok() const { return answers.back().ok(); }
};

// Publishes messages to its users, one event after the other, as a backend with an outbox does: it
// repeats each with its idempotency key until it is answered OK, and only then publishes the next.
//
// Calls from its own thread. Thread-safe.
class PatientCaller {
 public:
  using Stub = events::v1::EventPublisherService::Stub;

  // Each call has `deadline`, and waits for a connection to the server.
  PatientCaller(Stub& stub, std::vector<std::int64_t> users, Clock::duration deadline = kPatience);
  PatientCaller(const PatientCaller&) = delete;
  PatientCaller& operator=(const PatientCaller&) = delete;
  ~PatientCaller() { Stop(); }

  const std::vector<std::int64_t>& users() const { return users_; }

  // The number of events answered OK so far.
  std::size_t successes();
  // Waits until that many events in total were answered OK.
  void WaitForSuccesses(std::size_t count, Where where = Where::Here());
  // Waits until one more call fails.
  void WaitForFailure(Where where = Where::Here());

  // Stops publishing and repeating, waits for the last answer and returns all events.
  std::vector<PublishedEvent> Stop();

 private:
  void Run();
  void Publish(PublishedEvent& event);
  grpc::Status Call(PublishedEvent& event);
  bool WaitToRepeat();
  bool stopped();

  Stub& stub_;
  const std::vector<std::int64_t> users_;
  const Clock::duration deadline_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  bool stop_ = false;
  std::size_t successes_ = 0;
  std::size_t failures_ = 0;
  std::string last_failure_;
  std::vector<PublishedEvent> events_;

  std::thread thread_;
};

using PatientCallers = std::vector<std::unique_ptr<PatientCaller>>;

// Waits until each caller has had this many more events answered OK.
void WaitForSuccessesOfEach(const PatientCallers& callers, std::size_t count,
                            Where where = Where::Here());

// Takes what the subscriber has received, and still receives, of all that the broker at `port`
// accepted before. The subscriber must have subscribed to the topic `mark`, too.
std::vector<Received> ReceiveAll(Subscriber& subscriber, std::uint16_t port,
                                 Where where = Where::Here());

// What was received, in order, by topic.
using Inboxes = std::map<std::string, std::vector<Received>>;
Inboxes ByTopic(std::vector<Received> received);

// For a restarted broker: it resends what its subscribers had not acknowledged.
inline constexpr std::size_t kAnyCopies = 1U << 30U;

// Fails the test unless each of the caller's users has received
//
// - every event that was answered OK,
// - in the order of the calls, not counting copies after the first,
// - all copies under the event ID of the answer,
// - copies only of events whose first call was not answered OK: at most one for each failed call,
// plus `more_copies` for lost connections.
void ExpectDelivered(const PatientCaller& caller, const std::vector<PublishedEvent>& events,
                     const Inboxes& inboxes, std::size_t more_copies = 0,
                     Where where = Where::Here());

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_PATIENT_CALLER_H_
