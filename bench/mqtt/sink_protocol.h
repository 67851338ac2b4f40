#ifndef DINO_BENCH_MQTT_SINK_PROTOCOL_H_
#define DINO_BENCH_MQTT_SINK_PROTOCOL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "bench/mqtt/packets.h"

namespace dino::bench {

// One connection of a broker that only acknowledges. Not thread-safe.
class SinkProtocol {
 public:
  // A silent one accepts connections, but never acknowledges a PUBLISH.
  explicit SinkProtocol(bool silent) : silent_(silent) {}

  // Takes what a client sent, cut anywhere, and appends the answers. An error ends the connection;
  // it is `Cancelled` after a DISCONNECT.
  absl::Status Take(std::string_view bytes, std::string& answers);

  // The number of PUBLISH packets received.
  std::uint64_t publications() const { return publications_; }

 private:
  // Answers all complete packets; returns their size in bytes.
  absl::StatusOr<std::size_t> AnswerAll(std::string_view bytes, std::string& answers);
  absl::Status Answer(const Frame& frame, std::string& answers);
  absl::Status AnswerConnect(const Frame& frame, std::string& answers);
  absl::Status AnswerPublish(const Frame& frame, std::string& answers);

  const bool silent_;
  bool connected_ = false;
  std::uint64_t publications_ = 0;
  // The start of an incomplete packet.
  std::string rest_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_SINK_PROTOCOL_H_
