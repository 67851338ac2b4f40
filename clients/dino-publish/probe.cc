#include "clients/dino-publish/probe.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/dino-publish/event_receiver.h"
#include "clients/dino-publish/method.h"
#include "clients/dino-publish/random_uuid.h"
#include "clients/dino-publish/report.h"
#include "clients/dino-publish/status_text.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/base/clock.h"

namespace dino::publish_client {
namespace {

using events::v1::PublishCustomRequest;
using events::v1::PublishCustomResponse;

constexpr char kEventType[] = "probe";
// How often a wait for the event looks whether the call has failed.
constexpr std::chrono::milliseconds kLook{20};

std::string Milliseconds(Clock::duration time) {
  return absl::StrFormat("%.1f ms", std::chrono::duration<double, std::milli>(time).count());
}

// Its group, which nobody else has, is what the event is recognized by.
PublishCustomRequest RequestOf(const Options& options, const std::string& group) {
  PublishCustomRequest request;
  request.mutable_custom()->set_event_type(kEventType);
  request.mutable_custom()->set_group_id(group);
  request.add_topics(options.probe_topic);
  // It shall wait for nobody who is offline.
  const auto expiry = std::chrono::ceil<std::chrono::seconds>(options.timeout);
  request.mutable_options()->mutable_expiry()->set_seconds(expiry.count());
  return request;
}

// The line and exit status of an event that was not acknowledged.
Exit ReportFailure(const Surroundings& surroundings, const grpc::Status& status) {
  const auto report = [&](Exit exit, const std::string& what) {
    return Report(surroundings, exit, what, InALine(status));
  };
  const ErrorFacts facts = FactsOf(status);
  switch (facts.reason) {
    case events::v1::BROKER_NOT_AUTHORIZED:
    case events::v1::BROKER_REFUSED:
    case events::v1::BROKER_LIMIT:
      return report(kBrokerRefused, facts.broker_code == 0
                                        ? "refused"
                                        : absl::StrFormat("refused 0x%02X", facts.broker_code));
    case events::v1::BROKER_UNREACHABLE:
      return report(kNotReady, "no broker");
    case events::v1::SHUTTING_DOWN:
      return report(kNotReady, "not ready");
    case events::v1::UNKNOWN_CALLER:
      return report(kUnknownCaller, "unknown caller");
    case events::v1::CALLER_NOT_ALLOWED:
      return report(kNoRights, "no right to publish it");
    default:
      break;
  }
  const Exit exit = ExitStatus(status.error_code());
  if (exit != kTryAgain) return report(exit, "not published");
  const bool lost = status.error_code() == grpc::StatusCode::UNAVAILABLE &&
                    facts.reason == events::v1::ERROR_REASON_UNSPECIFIED;
  return lost ? report(kUnreachable, "unreachable") : report(kNotAcknowledged, "not acknowledged");
}

struct Published {
  grpc::Status status;
  std::string response;
  Clock::time_point at;
};

Exit ReportPublished(const Surroundings& surroundings, const Published& published,
                     Clock::time_point began) {
  if (!published.status.ok()) return ReportFailure(surroundings, published.status);
  PublishCustomResponse answer;
  if (!answer.ParseFromString(published.response)) {
    return Report(surroundings, kFailed, "not published", "the answer cannot be read");
  }
  const bool nobody = answer.delivery().no_subscriber_count() > 0;
  return Report(surroundings, kSucceeded, "acknowledged",
                absl::StrCat("event ", answer.delivery().event_id(), " after ",
                             Milliseconds(published.at - began),
                             nobody ? "; the broker says that nobody subscribes" : ""));
}

std::string TopicOf(const Options& options) {
  return options.receive_topic.empty() ? "dms/dev/" + options.probe_topic : options.receive_topic;
}

std::string WhereOf(const Options& options) {
  return options.receive_from.address + ", topic " + TopicOf(options);
}

Exit Subscribe(const Options& options, const Surroundings& surroundings, EventReceiver& receiver) {
  const absl::Status status = receiver.Subscribe(TopicOf(options), options.timeout);
  if (status.ok()) return kSucceeded;
  return Report(surroundings, kCannotReceive, "cannot receive",
                absl::StrCat(WhereOf(options), ": ", status.message()));
}

Exit ReportReceived(const Options& options, const Surroundings& surroundings,
                    const absl::StatusOr<Clock::time_point>& received, Clock::time_point began) {
  if (received.ok()) {
    return Report(
        surroundings, kSucceeded, "received",
        absl::StrCat("after ", Milliseconds(*received - began), " from ", WhereOf(options)));
  }
  if (!absl::IsDeadlineExceeded(received.status())) {
    return Report(surroundings, kCannotReceive, "acknowledged, but cannot receive",
                  absl::StrCat(WhereOf(options), ": ", received.status().message()));
  }
  return Report(surroundings, kNotReceived, "acknowledged, not received",
                absl::StrCat("nothing came within ", Milliseconds(options.timeout), " from ",
                             WhereOf(options)));
}

// `receiver` may be null.
Exit PublishAndReceive(const Options& options, const Surroundings& surroundings, Call call,
                       EventReceiver* receiver) {
  const std::string mark = RandomUuid();
  call.path = Method::Find("PublishCustom").Path();
  call.request = RequestOf(options, mark).SerializeAsString();
  const Clock::time_point began = Clock::now();
  std::future<Published> publishing = std::async(std::launch::async, [&] {
    Published published;
    published.status = surroundings.make_call(call, published.response);
    published.at = Clock::now();
    return published;
  });
  // The event may come before the answer.
  absl::StatusOr<Clock::time_point> received = absl::DeadlineExceededError("");
  while (receiver != nullptr && absl::IsDeadlineExceeded(received.status()) &&
         publishing.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    received = receiver->WaitFor(mark, kLook);
  }
  const Exit exit = ReportPublished(surroundings, publishing.get(), began);
  if (exit != kSucceeded || receiver == nullptr) return exit;
  if (!received.ok()) received = receiver->WaitFor(mark, options.timeout);
  return ReportReceived(options, surroundings, received, began);
}

}  // namespace

Exit Probe(const Options& options, const Surroundings& surroundings, const Call& call) {
  std::unique_ptr<EventReceiver> receiver;
  if (!options.receive_from.address.empty()) {
    receiver = surroundings.make_receiver(options.receive_from);
    const Exit exit = Subscribe(options, surroundings, *receiver);
    if (exit != kSucceeded) return exit;
  }
  return PublishAndReceive(options, surroundings, call, receiver.get());
}

}  // namespace dino::publish_client
