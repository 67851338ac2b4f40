#ifndef DINO_SERVER_MQTT_LINK_TLS_ERROR_H_
#define DINO_SERVER_MQTT_LINK_TLS_ERROR_H_

#include <string>
#include <string_view>

namespace dino::mqtt {

// What OpenSSL says of an error that the broker told us or that we found, in words: of
// "error:0A00045C:SSL routines::tlsv13 alert certificate required" what is behind "alert".
std::string ReadableTlsError(std::string_view text);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_TLS_ERROR_H_
