#ifndef DINO_TESTS_SIMULATOR_BROKER_MANNER_H_
#define DINO_TESTS_SIMULATOR_BROKER_MANNER_H_

#include <cstdint>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/net/network.h"

namespace dino::simulator {

// How a broker behaves; may change at any time.
struct BrokerManner {
  Door door = Door::kOpen;
  // It is stopped: reads and writes nothing, while its host goes on.
  bool frozen = false;
  // Reads nothing of who is connected.
  bool deaf = false;
  // Acknowledges nothing; what it drops, nobody receives either.
  bool silent = false;
  bool drops = false;

  std::uint8_t connack_code = 0;
  Duration connack_delay{};
  std::uint8_t maximum_qos = 2;
  std::uint16_t receive_maximum = 65535;

  // How long an acknowledgement takes; they come in any order then.
  Duration ack_low = std::chrono::microseconds(100);
  Duration ack_high = std::chrono::milliseconds(2);
  // Of a hundred acknowledgements, how many come twice, for an unknown identifier, never, or say
  // that nobody subscribes.
  int twice = 0;
  int unknown = 0;
  int never = 0;
  int nobody = 0;
};

// How a connection ends by a broker's will.
enum class Ending : std::uint8_t { kReset, kClose, kDisconnect, kRefuseAndClose };

// How all brokers treat publications for one topic.
struct TopicManner {
  enum class Kind : std::uint8_t { kPlain, kRefused, kLate, kPoison };

  Kind kind = Kind::kPlain;
  // Of the refusal, or of the DISCONNECT.
  std::uint8_t code = 0;
  Duration late{};
  Ending ending = Ending::kReset;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BROKER_MANNER_H_
