#ifndef DINO_TESTS_SUPPORT_MQTT_SUBSCRIBER_H_
#define DINO_TESTS_SUPPORT_MQTT_SUBSCRIBER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/mosquitto_sub.h"
#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"

namespace dino::testing {

// A message that a subscriber received.
struct Received {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retain = false;
  std::optional<int> payload_format;
  // Empty if there is none.
  std::string content_type;
  // The remaining expiry when the broker sent the message.
  std::optional<std::uint32_t> expiry;
  UserProperties user_properties;

  // The value of the first user property of that name, empty if there is none.
  std::string UserProperty(std::string_view name) const;
};

// An independent MQTT v5 subscriber: mosquitto_sub, QoS 1, with a session that survives its
// connections.
//
// It reconnects by itself after its broker was unreachable. A later subscriber with the same client
// ID resumes the session and receives what the broker queued meanwhile. User properties must not
// contain spaces. Waits fail the test. Not thread-safe.
class Subscriber {
 public:
  // Subscribes and waits until the broker has granted it.
  Subscriber(const BrokerAccess& broker, const std::string& client_id,
             const std::vector<std::string>& topics, Where where = Where::Here());

  // Waits until the broker grants the subscription again, on the next connection.
  void WaitForSubscription(Where where = Where::Here());

  // Waits for the next message. Fails the test, and returns an empty one, if none comes.
  Received Next(Where where = Where::Here());
  // Waits for this many messages.
  std::vector<Received> Next(std::size_t count, Where where = Where::Here());
  // Waits for messages until one has this payload, and returns all, that one included.
  std::vector<Received> NextUntil(std::string_view payload, Where where = Where::Here());

  // Stops it; the broker keeps its session.
  void Stop();

 private:
  // Takes the next line. False at `deadline` or the end.
  bool Take(Clock::time_point deadline);

  Subprocess process_;
  std::deque<Received> received_;
  std::size_t subscriptions_ = 0;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_SUBSCRIBER_H_
