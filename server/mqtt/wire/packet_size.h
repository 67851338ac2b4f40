#ifndef DINO_SERVER_MQTT_WIRE_PACKET_SIZE_H_
#define DINO_SERVER_MQTT_WIRE_PACKET_SIZE_H_

#include <cstddef>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// How many bytes a number takes as MQTT's variable byte integer.
std::size_t VarintSize(std::size_t number);

// The size of a PUBLISH, whose parts have these sizes in bytes; of the properties without the
// length in front of them.
std::size_t PublishPacketSize(std::size_t topic, std::size_t payload, Qos qos,
                              std::size_t properties);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PACKET_SIZE_H_
