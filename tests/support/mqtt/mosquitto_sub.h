#ifndef DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_
#define DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dino::testing {

// Starts each line that is a message, and separates its fields.
inline constexpr char kMessageMark = '\x1E';
inline constexpr char kFieldMark = '\x1F';

// Where a broker listens, and as whom its clients of these programs connect.
struct BrokerAccess {
  // Without a user name, on 127.0.0.1.
  BrokerAccess(std::uint16_t its_port) : port(its_port) {}  // NOLINT(google-explicit-constructor)
  BrokerAccess(std::string its_host, std::uint16_t its_port, std::string name, std::string secret)
      : host(std::move(its_host)),
        port(its_port),
        username(std::move(name)),
        password(std::move(secret)) {}

  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  // Empty: none.
  std::string username;
  std::string password;
};

// The command line of mosquitto_sub, an independent MQTT v5 subscriber: QoS 1, with a session that
// survives its connections under its client ID. It reconnects by itself.
//
// Writes to its standard output, line by line as it happens: each message with those fields, as
// its option `-F` names them (`%t` is the topic), and among these lines what it does (`-d`).
std::vector<std::string> MosquittoSub(const BrokerAccess& broker, const std::string& client_id,
                                      const std::vector<std::string>& topics,
                                      const std::vector<std::string>& fields);

// The command line of mosquitto_pub that publishes `payload` with QoS 1, and exits with 0 when the
// broker has acknowledged it.
std::vector<std::string> MosquittoPub(const BrokerAccess& broker, const std::string& topic,
                                      const std::string& payload);

// The command line of mosquitto_sub that resumes the session of `client_id` and ends it for good.
std::vector<std::string> ForgetMosquittoSub(const BrokerAccess& broker,
                                            const std::string& client_id);

// Whether a line says that the broker has granted the subscription.
bool TellsOfSubscription(std::string_view line);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_MOSQUITTO_SUB_H_
