#include "server/mqtt/queue/turns.h"

namespace dino::mqtt {
namespace {

// How many publications a chunk sends before it is the next one's turn: a small call waits for so
// many of each large one. With fewer, changing chunks costs more than it gains.
constexpr int kTurn = 4;

}  // namespace

void Turns::Sent() {
  if (++sent_ < kTurn) return;
  sent_ = 0;
  ready_.PushBack(*ready_.PopFront());
}

void Turns::Remove(Chunk& chunk) {
  if (&chunk == ready_.front()) sent_ = 0;
  if (chunk.list != nullptr) chunk.list->Erase(chunk);
  if (Chunk* const next = lanes_.Leave(chunk)) ready_.PushBack(*next);
}

}  // namespace dino::mqtt
