#ifndef DINO_SERVER_MQTT_SESSION_BROKER_INFO_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_INFO_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/mqtt/session/loss_reason.h"
#include "server/mqtt/wire/connack.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

// What the sessions with one broker count, all of them together. Thread-safe.
struct BrokerCounts {
  // Publications with QoS 1 that the broker has answered: with a code below 0x80, and others.
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<std::uint64_t> refused{0};
  // The code of the last one that it refused.
  std::atomic<std::uint8_t> last_refusal{0};
  // From those PUBLISHes to their PUBACKs, in all.
  std::atomic<std::uint64_t> puback_nanoseconds{0};
  // What it has sent us, though we subscribe to nothing.
  std::atomic<std::uint64_t> unsolicited{0};

  // Counts answers that come together; the destructor adds them, at the price of one. Belongs to
  // one thread; the counts must outlive it.
  class Tally {
   public:
    explicit Tally(BrokerCounts& counts) : counts_(counts) {}
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    ~Tally();

    void Answered(std::uint8_t reason_code, std::chrono::nanoseconds after) {
      puback_nanoseconds_ += static_cast<std::uint64_t>(after.count());
      if (reason_code < kFirstFailure) {
        ++acknowledged_;
      } else {
        ++refused_;
        last_refusal_ = reason_code;
      }
    }

   private:
    BrokerCounts& counts_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t puback_nanoseconds_ = 0;
    std::uint8_t last_refusal_ = 0;
  };
};

// How a broker is at the moment, and what it has done since the process started.
struct BrokerInfo {
  using Time = std::chrono::system_clock::time_point;

  // As `SessionInfo` names it.
  std::string name;
  // Whether it is among its name's addresses.
  bool present = true;
  std::size_t sessions = 0;
  std::size_t connected = 0;
  // Since when at least one session is connected, or none is; and since when all are, or not all.
  Time connected_since;
  Time all_since;
  // What it announced in its last CONNACK.
  std::optional<ConnAck> announced;
  // It acknowledges nothing and is left for that, since then; not while it is down.
  bool left = false;
  Time left_since;
  // Why a session was lost, or could not connect, most recently; empty if none ever was.
  std::string last_error;
  Time last_error_at;
  // Connected sessions that were lost, by `LossReason`.
  std::array<std::uint64_t, kLossReasonNames.size()> losses{};
  // As `BrokerCounts` has them.
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint8_t last_refusal = 0;
  std::chrono::nanoseconds puback_time{};
  // Topics that get publications one at a time, because it closes connections on them.
  std::size_t confined_topics = 0;
  // Why the connection for those cannot be had, most recently, though it lets others in; empty if
  // it could be had since.
  std::string quarantine_error;
  Time quarantine_error_at;

  // Parts of all users, from 0 to 1: those that belong to it; and of these, those that other
  // brokers serve now, and those that nobody serves for the moment.
  double home_share = 0;
  double moved_share = 0;
  double waiting_share = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_INFO_H_
