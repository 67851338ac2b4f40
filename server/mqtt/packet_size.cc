#include "server/mqtt/packet_size.h"

namespace dino::mqtt {
namespace {

// How many bytes a number takes as MQTT's variable byte integer.
std::size_t VarintSize(std::size_t number) {
  std::size_t size = 1;
  for (; number >= 128; number /= 128) ++size;
  return size;
}

}  // namespace

std::size_t PublishPacketSize(std::size_t topic, std::size_t payload, Qos qos,
                              std::size_t properties) {
  const std::size_t remaining =
      2 + topic + (qos == Qos::kAtMostOnce ? 0 : 2) + VarintSize(properties) + properties + payload;
  return 1 + VarintSize(remaining) + remaining;
}

}  // namespace dino::mqtt
