#include "server/mqtt/wire/packet_size.h"

namespace dino::mqtt {

std::size_t VarintSize(std::size_t number) {
  std::size_t size = 1;
  for (; number >= 128; number /= 128) ++size;
  return size;
}

std::size_t PublishPacketSize(std::size_t topic, std::size_t payload, Qos qos,
                              std::size_t properties) {
  const std::size_t remaining =
      2 + topic + (qos == Qos::kAtMostOnce ? 0 : 2) + VarintSize(properties) + properties + payload;
  return 1 + VarintSize(remaining) + remaining;
}

}  // namespace dino::mqtt
