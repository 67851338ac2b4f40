#include "server/metrics/call_series.h"

#include <cstddef>
#include <string>
#include <utility>

namespace dino::metrics {
namespace {

Labels LabelsOf(const transport::MethodMeter& method) {
  const transport::MethodMeter::Name& name = method.name();
  return {{"grpc_type", name.type}, {"grpc_service", name.service}, {"grpc_method", name.method}};
}

void CollectHandled(const transport::CallMeters& meters, Families& families) {
  Family handled = Family::OfCounter(
      "grpc_server_handled_total",
      "Total number of RPCs completed on the server, regardless of success or failure.");
  for (const transport::MethodMeter& method : meters.methods()) {
    for (std::size_t code = 0; code < transport::MethodMeter::kCodes; ++code) {
      Labels labels = LabelsOf(method);
      labels.push_back({"grpc_code", transport::MethodMeter::kCodeNames[code]});
      handled.Add(static_cast<double>(method.handled(code)), std::move(labels));
    }
  }
  handled.Into(families);
}

}  // namespace

void CollectCalls(const transport::CallMeters& meters, Families& families) {
  // First, so that handled calls never exceed started ones.
  CollectHandled(meters, families);
  Family started =
      Family::OfCounter("grpc_server_started_total", "Total number of RPCs started on the server.");
  Family received = Family::OfCounter("grpc_server_msg_received_total",
                                      "Total number of RPC messages received on the server.");
  Family sent = Family::OfCounter("grpc_server_msg_sent_total",
                                  "Total number of RPC messages sent by the server.");
  Family seconds = Family::OfHistogram("grpc_server_handling_seconds",
                                       "Time from the start of an RPC to its response.");
  for (const transport::MethodMeter& method : meters.methods()) {
    started.Add(static_cast<double>(method.started()), LabelsOf(method));
    received.Add(static_cast<double>(method.received()), LabelsOf(method));
    sent.Add(static_cast<double>(method.sent()), LabelsOf(method));
    seconds.Add(method.seconds(), kNanosecond, LabelsOf(method));
  }
  for (Family* family : {&started, &received, &sent, &seconds}) family->Into(families);

  Family refused = Family::OfCounter("dino_bridge_calls_refused_total",
                                     "Calls, and events of batches and streams, that were refused "
                                     "with nothing published, by reason.");
  for (std::size_t i = 0; i < meters.refusals().size(); ++i) {
    refused.Add(static_cast<double>(meters.refused(i)), {{"reason", meters.refusals()[i]}});
  }
  refused.Into(families);
}

void CollectEvents(const api::EventMeter& meter, Families& families) {
  using Via = api::EventMeter::Via;
  const api::EventMeter::Names& names = meter.names();
  Family ended = Family::OfCounter(
      "dino_bridge_events_total",
      "Events that have ended, by the kind of call they came in and their result: OK, the reason "
      "of the error, or its code. A call that was refused as a whole counts as one event.");
  for (const Via via : {Via::kUnary, Via::kBatch, Via::kStream}) {
    const char* const via_name = api::EventMeter::kViaNames.at(static_cast<std::size_t>(via));
    for (std::size_t result = 0; result < names.results.size(); ++result) {
      ended.Add(static_cast<double>(meter.ended(via, result)),
                {{"via", via_name}, {"result", names.results[result]}});
    }
  }
  ended.Into(families);
  Family failed = Family::OfCounter(
      "dino_bridge_failed_recipients_total",
      "Recipients that an event was not published to, or without acknowledgement, by reason.");
  for (std::size_t kind = 0; kind < names.kinds.size(); ++kind) {
    for (std::size_t reason = 0; reason < names.reasons.size(); ++reason) {
      failed.Add(
          static_cast<double>(meter.failed(kind, reason)),
          {{"event_type", std::string(names.kinds[kind])}, {"reason", names.reasons[reason]}});
    }
  }
  failed.Into(families);
}

}  // namespace dino::metrics
