#ifndef DINO_SERVER_MQTT_QUEUE_CHUNK_LIST_H_
#define DINO_SERVER_MQTT_QUEUE_CHUNK_LIST_H_

#include <vector>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// A doubly linked list of chunks, linked through the chunks themselves: every operation is
// O(1) and allocates nothing. A chunk is in at most one list. Does not own its chunks; not
// thread-safe.
class ChunkList {
 public:
  ChunkList() = default;
  ChunkList(const ChunkList&) = delete;
  ChunkList& operator=(const ChunkList&) = delete;

  bool empty() const { return front_ == nullptr; }
  // The first chunk, or null.
  Chunk* front() const { return front_; }

  // REQUIRES: `chunk` is in no list.
  void PushBack(Chunk& chunk) {
    chunk.list = this;
    chunk.previous = back_;
    chunk.next = nullptr;
    (back_ == nullptr ? front_ : back_->next) = &chunk;
    back_ = &chunk;
  }

  // REQUIRES: `chunk` is in this list.
  void Erase(Chunk& chunk) {
    (chunk.previous == nullptr ? front_ : chunk.previous->next) = chunk.next;
    (chunk.next == nullptr ? back_ : chunk.next->previous) = chunk.previous;
    chunk.list = nullptr;
    chunk.previous = nullptr;
    chunk.next = nullptr;
  }

  // Moves all chunks to the end of `chunks` or of another list, in their order.
  void TakeAll(std::vector<Chunk*>& chunks) {
    while (Chunk* chunk = front_) {
      Erase(*chunk);
      chunks.push_back(chunk);
    }
  }
  void MoveTo(ChunkList& list) {
    while (Chunk* chunk = front_) {
      Erase(*chunk);
      list.PushBack(*chunk);
    }
  }

 private:
  Chunk* front_ = nullptr;
  Chunk* back_ = nullptr;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_CHUNK_LIST_H_
