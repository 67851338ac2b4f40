#ifndef DINO_SERVER_MQTT_QUEUE_TURNS_H_
#define DINO_SERVER_MQTT_QUEUE_TURNS_H_

#include "server/mqtt/queue/lanes.h"
#include "server/mqtt/queue/linked_list.h"

namespace dino::mqtt {

// Answers whose publications fill the window next: chunks send in turn, a few publications each, so
// that a large one does not hold up small ones; of the chunks of a lane only the first takes part.
// Not thread-safe.
class Turns {
 public:
  // REQUIRES: something of the chunk is to be taken up.
  void Add(Chunk& chunk) {
    if (lanes_.Enter(chunk)) ready_.PushBack(chunk);
  }

  // Whose turn it is; null if there is no chunk.
  Chunk* next() const { return ready_.front(); }

  // The chunk whose turn it is has sent one publication, and has more.
  void Sent();

  // All of the chunk was taken up, or it goes elsewhere. Does nothing for one that is not here.
  void Remove(Chunk& chunk);

 private:
  LinkedList<Chunk> ready_;
  Lanes lanes_;
  // How many publications the first one has sent in its turn.
  int sent_ = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_TURNS_H_
