#ifndef DINO_BENCH_MQTT_SINK_PROTOCOL_H_
#define DINO_BENCH_MQTT_SINK_PROTOCOL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "bench/mqtt/packets.h"

namespace dino::bench {

// One connection of a broker that acknowledges and does nothing else. Not thread-safe.
class SinkProtocol {
 public:
  // A silent one accepts connections, but never acknowledges a PUBLISH.
  explicit SinkProtocol(bool silent) : silent_(silent) {}

  // Takes what a client sent, cut anywhere, and appends what it is answered. An error, also
  // `Cancelled` after a DISCONNECT, ends the connection.
  absl::Status Take(std::string_view bytes, std::string& answers);

  // How many PUBLISH packets came.
  std::uint64_t publications() const { return publications_; }

 private:
  // Answers all whole packets; returns how many bytes they have.
  absl::StatusOr<std::size_t> AnswerAll(std::string_view bytes, std::string& answers);
  absl::Status Answer(const Frame& frame, std::string& answers);
  absl::Status AnswerConnect(const Frame& frame, std::string& answers);
  absl::Status AnswerPublish(const Frame& frame, std::string& answers);

  const bool silent_;
  bool connected_ = false;
  std::uint64_t publications_ = 0;
  // The begin of a packet whose end has not come yet.
  std::string rest_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_SINK_PROTOCOL_H_
