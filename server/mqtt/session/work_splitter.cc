#include "server/mqtt/session/work_splitter.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/mqtt/queue/open_chunks.h"

namespace dino::mqtt {
namespace {

class WorkSplitter {
 public:
  explicit WorkSplitter(const Standbys& standbys) : standbys_(standbys) {}

  absl::btree_map<std::uint32_t, Work> Split(const Work& work) {
    for (Deferred* const deferred : work.deferred) Move(*deferred);
    for (Chunk* const chunk : work.chunks) Split(*chunk);
    return std::move(by_standby_);
  }

 private:
  std::uint32_t StandbyFor(const Chunk& chunk, std::uint32_t position) const {
    return standbys_.For(chunk.batch->RouteKey(position));
  }

  Chunk& AddPart(Chunk& whole, std::uint32_t standby, std::uint32_t first, std::uint32_t count) {
    Chunk& part = whole.batch->Split(whole, first, count, /*open=*/count);
    by_standby_[standby].chunks.push_back(&part);
    return part;
  }

  void Move(Deferred& deferred) {
    Chunk& whole = *deferred.chunk;
    const std::uint32_t standby = StandbyFor(whole, deferred.position);
    Chunk*& part = parts_[{&whole, standby}];
    if (part == nullptr) part = &AddPart(whole, standby, 0, 0);
    deferred.Unlink();
    deferred.LinkTo(*part);
    --whole.open;
    ++part->open;
    by_standby_[standby].deferred.push_back(&deferred);
  }

  void Split(Chunk& whole) {
    const std::uint32_t end = whole.first + whole.count;
    std::uint32_t first = whole.first + whole.taken;
    if (first < end) {
      whole.batch->Group(first, end - first,
                         [this](std::uint64_t route_key) { return standbys_.For(route_key); });
    }
    while (first < end) {
      const std::uint32_t standby = StandbyFor(whole, first);
      std::uint32_t next = first + 1;
      while (next < end && StandbyFor(whole, next) == standby) ++next;
      AddPart(whole, standby, first, next - first);
      first = next;
    }
    EndChunk(whole);
  }

  const Standbys& standbys_;
  absl::btree_map<std::uint32_t, Work> by_standby_;
  absl::flat_hash_map<std::pair<Chunk*, std::uint32_t>, Chunk*> parts_;
};

}  // namespace

absl::btree_map<std::uint32_t, Work> SplitByStandby(const Work& work, const Standbys& standbys) {
  if (standbys.sessions().size() == 1) return {{standbys.sessions().front(), work}};
  return WorkSplitter(standbys).Split(work);
}

}  // namespace dino::mqtt
