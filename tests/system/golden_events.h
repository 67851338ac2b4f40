#ifndef DINO_TESTS_SYSTEM_GOLDEN_EVENTS_H_
#define DINO_TESTS_SYSTEM_GOLDEN_EVENTS_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/system/bridge_process.h"

namespace dino::testing {

// A request of the contract, and what its recipients receive.
struct GoldenEvent {
  // Makes the call with a request in protobuf JSON.
  using JsonCall =
      std::function<grpc::Status(v1::EventPublisherService::Stub&, grpc::ClientContext&,
                                 const std::string& request, v1::Delivery&)>;

  std::string name;
  std::string event_type;
  JsonCall call;
  // The user IDs of the recipients, sorted as text.
  std::vector<std::string> users;

  // Publishes it with `kPatience` as deadline.
  grpc::Status Publish(v1::EventPublisherService::Stub& stub, v1::Delivery& delivery) const;
  // The exact bytes that each recipient receives.
  std::string EventJson() const;

  friend void PrintTo(const GoldenEvent& event, std::ostream* out) { *out << event.name; }
};

// One or more for each RPC that publishes one event.
const std::vector<GoldenEvent>& GoldenEvents();

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_GOLDEN_EVENTS_H_
