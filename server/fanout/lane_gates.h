#ifndef DINO_SERVER_FANOUT_LANE_GATES_H_
#define DINO_SERVER_FANOUT_LANE_GATES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "server/fanout/keyed_call.h"

namespace dino::fanout {

// Answers whether the next event of a lane may be published: not while the one before waits for
// another call that publishes the same event, since the other call's publications may have no place
// in their topics' lines yet. Not thread-safe.
class LaneGates {
 public:
  using Call = std::shared_ptr<KeyedCall>;

  bool empty() const { return gates_.empty(); }
  bool IsClosed(std::uint64_t lane) const { return gates_.count(lane) > 0; }

  // The call keeps what follows it in its lane waiting. REQUIRES: nobody else does.
  void Close(const Call& call) { gates_[call->lane].closer = call; }
  // True if the call did so: then what is held may go on.
  bool Open(const Call& call);

  // The same right after `Close`, when nothing is held: nobody need go on.
  void Reopen(const Call& call);

  // Waits behind all others of its lane. REQUIRES: IsClosed(call->lane).
  void Hold(const Call& call) { gates_.at(call->lane).held.push_back(call); }
  void Remove(const Call& call);
  // Whether the caller is to publish what goes on in the lane, as `Next` tells; not if somebody
  // else does so already.
  bool Enter(std::uint64_t lane);
  // Takes out the next one that goes on; null if there is none, and whoever has entered is done.
  // Until then the lane counts as closed, so that nothing overtakes what is held.
  Call Next(std::uint64_t lane);

 private:
  struct Gate {
    // Null once it is open.
    Call closer;
    std::deque<Call> held;
    bool entered = false;
  };

  absl::flat_hash_map<std::uint64_t, Gate> gates_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_LANE_GATES_H_
