#ifndef DINO_SERVER_MQTT_QUEUE_TOPIC_LINES_H_
#define DINO_SERVER_MQTT_QUEUE_TOPIC_LINES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/mqtt/queue/deferred.h"

namespace dino::mqtt {

// Answers whether a publication may have its topic now: at most one per topic is under way, from
// the first attempt to send it until it is settled, and the others stand in the topic's line in the
// order in which they came. That keeps a user's events in order whatever becomes of one of them,
// and a topic that is busy delays nobody but those who want it.
//
// Topics are told apart by a 64-bit hash; a collision only makes one publication wait for another.
// A topic that nobody has takes no memory. Does not own what waits. Not thread-safe.
class TopicLines {
 public:
  // Takes the topic, if nobody has it.
  bool TryTake(std::uint64_t topic_hash);

  // Whether somebody has the topic.
  bool IsTaken(std::uint64_t topic_hash) const { return lines_.contains(topic_hash); }

  // Takes the topic for a publication that is open at another session, whoever has it: the topic is
  // passed on when all have released it.
  void TakeAlso(std::uint64_t topic_hash);

  // Puts a publication at the end of its topic's line.
  //
  // REQUIRES: the topic is taken.
  void Wait(Deferred& deferred);

  // Who had the topic is done. Returns who has it now, taken out of the line; null if nobody has,
  // or others still do.
  Deferred* Release(std::uint64_t topic_hash);

  // How many topics are taken.
  std::size_t size() const { return lines_.size(); }

  // Takes out of every line those for whom `chosen` is true, and appends them to `taken`: lines in
  // any order, each one's in its own.
  void TakeWaiting(absl::FunctionRef<bool(const Deferred&)> chosen, std::vector<Deferred*>& taken);

 private:
  struct Line {
    // How many have the topic.
    std::uint32_t holders = 1;
    LinkedList<Deferred> waiting;
  };
  // The hashes are good as they are.
  struct Identity {
    std::size_t operator()(std::uint64_t hash) const { return hash; }
  };

  // What is taken; null as long as one has it and nobody has waited.
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Line>, Identity> lines_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_TOPIC_LINES_H_
