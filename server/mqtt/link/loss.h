#ifndef DINO_SERVER_MQTT_LINK_LOSS_H_
#define DINO_SERVER_MQTT_LINK_LOSS_H_

#include <cstdint>
#include <string>

namespace dino::mqtt {

// How a connection ended, or an attempt at one. Its texts are fit for a log.
struct Loss {
  enum class Kind : std::uint8_t {
    kClosed,        // The broker closed it (FIN).
    kReset,         // The broker reset it (RST).
    kFailed,        // The network failed.
    kTlsError,      // TLS failed.
    kDisconnected,  // The broker sent DISCONNECT.
    kRefused,       // The broker answered CONNECT with a code that is not 0.
    kNotMqtt,       // What the broker sent is not MQTT v5.
    kNoPingResp,    // The broker did not answer a ping.
  };

  Kind kind = Kind::kClosed;
  // All of it, for people.
  std::string text;
  // What the broker said, with kDisconnected and kRefused; the texts are empty if it said none.
  std::uint8_t reason_code = 0;
  std::string reason_string = {};
  std::string server_reference = {};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_LOSS_H_
