#ifndef DINO_TESTS_SIMULATOR_LEDGER_BRIDGE_TAP_H_
#define DINO_TESTS_SIMULATOR_LEDGER_BRIDGE_TAP_H_

#include <string_view>

#include "tests/simulator/broker/packets.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/net/stream_tap.h"

namespace dino::simulator {

// Tells the ledger what the bridge sends on a connection, and which answers it reads.
class BridgeTap : public StreamTap {
 public:
  BridgeTap(Ledger& ledger, int connection) : ledger_(ledger), connection_(connection) {}

  void OnWritten(std::string_view bytes, bool waited) override {
    sent_.Add(bytes);
    while (const auto packet = sent_.Next()) {
      if (packet->type != PacketType::kPublish) continue;
      if (const auto publish = ParsePublish(*packet)) {
        ledger_.Sent(connection_, *publish, waited);
      } else {
        ledger_.Violated(Invariant::kProtocol, "a malformed PUBLISH");
      }
    }
  }

  void OnRead(std::string_view bytes) override {
    read_.Add(bytes);
    while (const auto packet = read_.Next()) {
      if (packet->type != PacketType::kPubAck) continue;
      if (const auto answer = ParsePubAck(*packet)) ledger_.AnswerRead(connection_, *answer);
    }
  }

  void OnClosed() override { ledger_.ConnectionClosed(connection_); }

 private:
  Ledger& ledger_;
  const int connection_;
  PacketSplitter sent_;
  PacketSplitter read_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_BRIDGE_TAP_H_
