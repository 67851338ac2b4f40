#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/mqtt/mosquitto_sub.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/error_details.h"
#include "tests/system/golden_events.h"

namespace dino::broker_suite {
namespace {

using testing::GoldenEvent;
using testing::Received;

// What a subscriber received, by event ID.
using Inbox = std::map<std::string, std::vector<Received>>;

struct Published {
  const GoldenEvent* event;
  std::string event_id;
};

struct Counts {
  std::size_t acknowledged = 0;
  std::size_t lost = 0;
  std::size_t doubled = 0;
};

std::string AddressOf(const testing::BrokerAccess& broker) {
  const bool v6 = broker.host.find(':') != std::string::npos;
  return absl::StrCat(v6 ? "[" : "", broker.host, v6 ? "]" : "", ":", broker.port);
}

std::vector<Published> PublishAll(testing::BridgeProcess& bridge, Part& part) {
  std::vector<Published> published;
  for (const GoldenEvent& event : testing::GoldenEvents()) {
    testing::v1::Delivery delivery;
    const grpc::Status status = event.Publish(bridge.stub(), delivery);
    part.Expect(status.ok(), absl::StrCat(event.name, ": ", testing::Describe(status)));
    if (status.ok()) published.push_back({&event, delivery.event_id()});
  }
  return published;
}

bool IsExact(const Received& received, const GoldenEvent& event) {
  return received.payload == event.EventJson() && received.qos == 1 && !received.retain &&
         received.payload_format == 1 && received.content_type == "application/json" &&
         received.expiry.has_value() && received.UserProperty("event_type") == event.event_type;
}

void Compare(const Published& published, const std::vector<Received>& copies,
             const std::string& environment, Counts& counts, Part& part) {
  const GoldenEvent& event = *published.event;
  for (const std::string& user : event.users) {
    const std::string topic = absl::StrCat("dms/", environment, "/", user);
    const auto count = static_cast<std::size_t>(std::count_if(
        copies.begin(), copies.end(), [&](const Received& copy) { return copy.topic == topic; }));
    ++counts.acknowledged;
    if (count == 0) ++counts.lost;
    if (count > 1) counts.doubled += count - 1;
  }
  for (const Received& copy : copies) {
    part.Expect(IsExact(copy, event), absl::StrCat(event.name, " is not exact: ", copy.payload));
  }
}

// Takes all that the broker acknowledged before.
Inbox ReceiveAll(testing::Subscriber& subscriber, const Options& options) {
  const std::string topic = absl::StrCat("dms/", options.environment, "/end");
  testing::Subprocess end(testing::MosquittoPub(options.brokers.front(), topic, "end"));
  Inbox inbox;
  for (Received& received : subscriber.NextUntil("end")) {
    inbox[received.UserProperty("event_id")].push_back(std::move(received));
  }
  return inbox;
}

}  // namespace

void RunEvents(const Options& options, Part& part) {
  const std::string client_id = ClientId("events");
  testing::Subscriber subscriber(options.brokers.front(), client_id,
                                 {absl::StrCat("dms/", options.environment, "/+")});
  std::vector<std::string> addresses;
  for (const auto& broker : options.brokers) addresses.push_back(AddressOf(broker));
  testing::BridgeProcess bridge(absl::StrJoin(addresses, ","), BridgeFlags(options));
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);

  const std::vector<Published> published = PublishAll(bridge, part);
  Inbox inbox = ReceiveAll(subscriber, options);
  Counts counts;
  for (const Published& each : published) {
    Compare(each, inbox[each.event_id], options.environment, counts, part);
  }
  part.figures.push_back(absl::StrCat(published.size(), " events, ", counts.acknowledged,
                                      " acknowledged, lost ", counts.lost, ", doubled ",
                                      counts.doubled));
  part.Expect(counts.lost + counts.doubled == 0, "not each recipient has one copy");
  subscriber.Stop();
  testing::Subprocess leaving(testing::ForgetMosquittoSub(options.brokers.front(), client_id));
  leaving.Wait();
}

}  // namespace dino::broker_suite
