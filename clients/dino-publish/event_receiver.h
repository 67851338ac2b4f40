#ifndef DINO_CLIENTS_DINO_PUBLISH_EVENT_RECEIVER_H_
#define DINO_CLIENTS_DINO_PUBLISH_EVENT_RECEIVER_H_

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"

namespace dino::publish_client {

// A broker, and what it wants to see of a subscriber. What is empty is not used.
struct BrokerAccess {
  // host:port.
  std::string address;
  std::string username;
  std::string password_file;
  // PEM files; without the first no TLS.
  std::string tls_ca_file;
  std::string tls_cert_file;
  std::string tls_key_file;
};

// A subscriber. Not thread-safe.
class EventReceiver {
 public:
  EventReceiver() = default;
  EventReceiver(const EventReceiver&) = delete;
  EventReceiver& operator=(const EventReceiver&) = delete;
  virtual ~EventReceiver() = default;

  // Connects and subscribes to one topic. The error says, on one line, why that failed.
  virtual absl::Status Subscribe(const std::string& topic, std::chrono::milliseconds timeout) = 0;

  // Waits for a message with `mark` in its payload, and returns when it was read.
  // DEADLINE_EXCEEDED: none came in time; with any other error, none will come any more.
  virtual absl::StatusOr<Clock::time_point> WaitFor(const std::string& mark,
                                                    std::chrono::milliseconds timeout) = 0;
};

// One that speaks MQTT v5 and subscribes with QoS 1. Meant for a program that ends soon:
// libmosquitto looks names up without a time limit, and ends the process on properties of MQTT that
// it does not know.
std::unique_ptr<EventReceiver> NewMqttReceiver(const BrokerAccess& broker);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_EVENT_RECEIVER_H_
