#ifndef DINO_SERVER_MQTT_SESSION_BROKER_JUDGE_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_JUDGE_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "server/base/clock.h"
#include "server/mqtt/session/broker_health.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/wire/connack.h"

namespace dino::mqtt {

// True if some event may be small enough for a broker that has announced this.
bool TakesEvents(const ConnAck& announced);

// What a session's connection is good for.
enum class ConnectionUse {
  kNone,
  // One user's publications, to find out whether the broker answers.
  kTrial,
  // Its own users and others.
  kAll,
};

// Answers whether users are to be served through a session's connection: not by a broker that
// answers nothing or takes no events, as long as another one serves. Not thread-safe.
class BrokerJudge {
 public:
  // `peers` outlives the judge.
  BrokerJudge(std::uint32_t session, bool has_users, std::shared_ptr<BrokerHealth> health,
              Peers& peers)
      : session_(session), has_users_(has_users), health_(std::move(health)), peers_(peers) {}

  // What a connection is good for whose broker has announced this.
  ConnectionUse Judge(const ConnAck& announced, Clock::time_point now);

  // True if the connection is used to find out whether the broker answers.
  bool probing() const { return probing_; }
  // Something is on its way to try the broker, or cannot be sent yet. After five seconds without
  // this, another session may try.
  void ProbeGoesOn(Clock::time_point now) { idle_since_ = now; }
  // True if the users are not to wait for the broker.
  bool broker_left() const { return health_->left(); }

  void Answered(Clock::time_point now) { health_->Answered(now); }
  void TimedOut(Clock::time_point now) { health_->TimedOut(session_, now); }
  void ConnectionLost(Clock::time_point now);

 private:
  const std::uint32_t session_;
  const bool has_users_;
  const std::shared_ptr<BrokerHealth> health_;
  Peers& peers_;
  bool probing_ = false;
  // All users do so, since there was no other broker for them.
  bool with_all_ = false;
  // When the probe went on last.
  Clock::time_point idle_since_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_JUDGE_H_
