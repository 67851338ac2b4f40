#ifndef DINO_SERVER_MQTT_SESSION_PEERS_H_
#define DINO_SERVER_MQTT_SESSION_PEERS_H_

#include <cstdint>

#include "server/mqtt/queue/work.h"
#include "server/mqtt/session/standbys.h"

namespace dino::mqtt {

// Homes are known by the numbers of their sessions; a session's guest home has one of its own.
inline constexpr std::uint32_t kGuest = 0x80000000;
inline std::uint32_t GuestOf(std::uint32_t session) { return session | kGuest; }
inline bool IsGuest(std::uint32_t home) { return (home & kGuest) != 0; }
inline std::uint32_t SessionOf(std::uint32_t home) { return home & ~kGuest; }

// What a session knows of the others of its pool. Thread-safe; what one session sends to another
// arrives in the order of the calls.
class Peers {
 public:
  virtual ~Peers() = default;

  // Says whether this session takes others' users.
  virtual void SetServing(std::uint32_t self, bool serving) = 0;
  // Says that this session takes others' users and its connection has held for a while. Those who
  // belong to its broker may come.
  virtual void Joined(std::uint32_t self) = 0;
  // Who can serve the users of this home now.
  virtual Standbys StandbysOf(std::uint32_t self) = 0;
  // Whether there is a session that does, with another broker than this one's.
  virtual bool OtherBrokerServes(std::uint32_t self) const = 0;
  // Whether both sessions have the same broker. A guest home has none.
  virtual bool SameBroker(std::uint32_t a, std::uint32_t b) const = 0;

  // From a home to a standby: takes work, and gives it back.
  virtual void Forward(std::uint32_t standby, std::uint32_t home, Work work) = 0;
  virtual void Recall(std::uint32_t standby, std::uint32_t home) = 0;

  // From a home to a standby: whether something for this topic is open there, with which it wants
  // to try its broker; and the answer for that trial.
  virtual void AskForOpen(std::uint32_t standby, std::uint32_t home, TopicKey topic,
                          std::uint64_t trial) = 0;
  virtual void TellOpen(std::uint32_t home, std::uint32_t standby, std::uint64_t trial,
                        bool open) = 0;

  // From a standby to a home: it cannot serve any more and waits for the recall.
  virtual void StandbyLost(std::uint32_t home, std::uint32_t standby) = 0;
  // The answer to a recall, and then the end of each publication that was in flight.
  virtual void Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) = 0;
  virtual void TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) = 0;
  virtual void GiveBack(std::uint32_t home, std::uint32_t standby, Work work) = 0;

  // From a session to the quarantine of its broker: takes what must go out alone.
  virtual void Confine(std::uint32_t owner, Work work) = 0;
  // From there: it is settled, or the session is to send it after all.
  virtual void ConfinedFree(std::uint32_t owner, std::uint64_t topic_hash) = 0;
  virtual void ConfinedBack(std::uint32_t owner, Work work) = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_PEERS_H_
