#ifndef DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_
#define DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dino::testing {

// Starts each line that is a message, and separates its fields.
inline constexpr char kMessageMark = '\x1E';
inline constexpr char kFieldMark = '\x1F';

// The command line of mosquitto_sub, an independent MQTT v5 subscriber: QoS 1, with a session that
// survives its connections under its client ID. It reconnects by itself.
//
// Writes to its standard output, line by line as it happens: each message with those fields, as
// its option `-F` names them (`%t` is the topic), and among these lines what it does (`-d`).
std::vector<std::string> MosquittoSub(std::uint16_t port, const std::string& client_id,
                                      const std::vector<std::string>& topics,
                                      const std::vector<std::string>& fields);

// Whether a line says that the broker has granted the subscription.
bool TellsOfSubscription(std::string_view line);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_
