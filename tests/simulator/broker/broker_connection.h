#ifndef DINO_TESTS_SIMULATOR_BROKER_BROKER_CONNECTION_H_
#define DINO_TESTS_SIMULATOR_BROKER_BROKER_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tests/simulator/broker/manner.h"
#include "tests/simulator/broker/packets.h"
#include "tests/simulator/ledger/book.h"
#include "tests/simulator/net/wire.h"

namespace dino::simulator {

class Broker;

// A broker's end of one connection.
class BrokerConnection : public std::enable_shared_from_this<BrokerConnection> {
 public:
  // The broker outlives the connection.
  BrokerConnection(Broker& broker, int replica, std::shared_ptr<Wire> wire)
      : broker_(broker), replica_(replica), wire_(std::move(wire)) {}

  void Start();

  // There is something to read or room to write, or the broker behaves otherwise now.
  void OnChange();

  void End(Ending ending, std::uint8_t code, std::uint16_t packet_id = 0);
  void PublishUnsolicited(int qos);

  bool ended() const { return ended_; }
  int replica() const { return replica_; }
  const std::string& client_id() const { return client_id_; }

 private:
  void Read();
  void Handle(const Packet& packet);
  void HandleConnect(const Packet& packet);
  void HandlePublish(const Publish& publish);
  // Answers after a while; what a broker that is stopped or silent owes stays owed.
  void AnswerAfter(Duration delay, std::uint16_t packet_id, std::uint8_t code);
  // `name` tells the publication from all others.
  void Acknowledge(std::uint16_t packet_id, std::uint64_t name);
  void Answer(std::uint16_t packet_id, std::uint8_t code);
  void Write(const std::string& bytes);
  void Flush();

  Broker& broker_;
  const int replica_;
  const std::shared_ptr<Wire> wire_;
  PacketSplitter splitter_;
  std::string client_id_;
  bool accepted_ = false;
  bool ended_ = false;
  // What was announced to this client.
  std::uint16_t receive_maximum_ = 65535;
  std::uint8_t maximum_qos_ = 2;
  // Publications that it awaits the answer of.
  int unanswered_ = 0;
  std::string output_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BROKER_BROKER_CONNECTION_H_
