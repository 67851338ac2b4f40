#ifndef DINO_SERVER_MQTT_WIRE_REASON_CODE_H_
#define DINO_SERVER_MQTT_WIRE_REASON_CODE_H_

#include <cstdint>
#include <string>

namespace dino::mqtt {

// MQTT v5 reason codes that mean something to us; see section 2.4 of the standard.
inline constexpr std::uint8_t kSuccess = 0x00;
inline constexpr std::uint8_t kNoMatchingSubscribers = 0x10;
inline constexpr std::uint8_t kFirstFailure = 0x80;
inline constexpr std::uint8_t kUnspecifiedError = 0x80;
inline constexpr std::uint8_t kImplementationSpecificError = 0x83;
inline constexpr std::uint8_t kProtocolError = 0x82;
inline constexpr std::uint8_t kNotAuthorized = 0x87;
inline constexpr std::uint8_t kSessionTakenOver = 0x8E;
inline constexpr std::uint8_t kTopicNameInvalid = 0x90;
inline constexpr std::uint8_t kPacketIdentifierNotFound = 0x92;
inline constexpr std::uint8_t kReceiveMaximumExceeded = 0x93;
inline constexpr std::uint8_t kPacketTooLarge = 0x95;
inline constexpr std::uint8_t kQuotaExceeded = 0x97;
inline constexpr std::uint8_t kQosNotSupported = 0x9B;

// True if the broker says that it cannot take a publication just now: it is busy, misses a cluster
// node, or counts quotas.
bool IsBusy(std::uint8_t reason_code);

// True if a CONNACK with this code means that the broker does not take who we say we are.
bool IsLoginRefusal(std::uint8_t reason_code);

// True if a DISCONNECT with this code may be the answer to something that was published: all but
// those by which a broker speaks of itself, of the session or of the connection.
bool MayBeDueToPublication(std::uint8_t reason_code);

// True if it says that a publication is beyond what the broker had announced.
constexpr bool IsLimit(std::uint8_t reason_code) {
  return reason_code == kPacketTooLarge || reason_code == kQosNotSupported;
}

// "0x87 not authorized", for logs and errors.
std::string DescribeReasonCode(std::uint8_t reason_code);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_REASON_CODE_H_
