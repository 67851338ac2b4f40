#ifndef DINO_SERVER_MQTT_SESSION_LOSS_REASON_H_
#define DINO_SERVER_MQTT_SESSION_LOSS_REASON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/loss.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

// Why a connection that stood is no more, so coarsely that it can be counted.
enum class LossReason : std::uint8_t {
  kClosed,        // Closed, reset or timed out below MQTT.
  kAckTimeout,    // A PUBACK did not come in time.
  kDisconnected,  // The broker sent DISCONNECT.
  kTakenOver,     // The broker gave another client our client ID.
};

// Their names, in that order.
inline constexpr std::array<std::string_view, 4> kLossReasonNames = {"closed", "ack timeout",
                                                                     "disconnected", "taken over"};

// Of a connection that is lost for the reason `why`.
inline LossReason LossReasonOf(const Channel& connection, const absl::Status& why) {
  if (connection.taken_over()) return LossReason::kTakenOver;
  if (connection.disconnected_by_broker()) return LossReason::kDisconnected;
  return absl::IsDeadlineExceeded(why) ? LossReason::kAckTimeout : LossReason::kClosed;
}

// True if the broker has ended the connection, and not for a reason that has nothing to do with
// what was published there.
inline bool IsByBroker(const std::optional<Loss>& loss) {
  if (!loss.has_value()) return false;
  switch (loss->kind) {
    case Loss::Kind::kClosed:
    case Loss::Kind::kReset:
      return true;
    case Loss::Kind::kDisconnected:
      return MayBeDueToPublication(loss->reason_code);
    default:
      return false;
  }
}

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_LOSS_REASON_H_
