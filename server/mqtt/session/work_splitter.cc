#include "server/mqtt/session/work_splitter.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/mqtt/queue/open_chunks.h"

namespace dino::mqtt {
namespace {

class WorkSplitter {
 public:
  explicit WorkSplitter(absl::FunctionRef<std::uint32_t(std::uint64_t)> part_of)
      : part_of_(part_of) {}

  absl::btree_map<std::uint32_t, Work> Split(const Work& work) {
    for (Deferred* const deferred : work.deferred) Move(*deferred);
    for (Chunk* const chunk : work.chunks) Split(*chunk);
    return std::move(parts_by_key_);
  }

 private:
  std::uint32_t PartFor(const Chunk& chunk, std::uint32_t position) const {
    return part_of_(chunk.batch->RouteKey(position));
  }

  Chunk& AddPart(Chunk& whole, std::uint32_t key, std::uint32_t first, std::uint32_t count) {
    Chunk& part = whole.batch->Split(whole, first, count, /*open=*/count);
    parts_by_key_[key].chunks.push_back(&part);
    return part;
  }

  void Move(Deferred& deferred) {
    Chunk& whole = *deferred.chunk;
    const std::uint32_t key = PartFor(whole, deferred.position);
    Chunk*& part = parts_[{&whole, key}];
    if (part == nullptr) part = &AddPart(whole, key, 0, 0);
    deferred.Unlink();
    deferred.LinkTo(*part);
    --whole.open;
    ++part->open;
    parts_by_key_[key].deferred.push_back(&deferred);
  }

  void Split(Chunk& whole) {
    const std::uint32_t end = whole.first + whole.count;
    std::uint32_t first = whole.first + whole.taken;
    if (first < end) {
      if (whole.taken > 0) whole.batch->TakenUp(whole.taken);
      whole.batch->Group(first, end - first, part_of_);
    }
    while (first < end) {
      const std::uint32_t key = PartFor(whole, first);
      std::uint32_t next = first + 1;
      while (next < end && PartFor(whole, next) == key) ++next;
      AddPart(whole, key, first, next - first);
      first = next;
    }
    EndChunk(whole);
  }

  const absl::FunctionRef<std::uint32_t(std::uint64_t)> part_of_;
  absl::btree_map<std::uint32_t, Work> parts_by_key_;
  absl::flat_hash_map<std::pair<Chunk*, std::uint32_t>, Chunk*> parts_;
};

}  // namespace

absl::btree_map<std::uint32_t, Work> SplitWork(
    const Work& work, absl::FunctionRef<std::uint32_t(std::uint64_t)> part_of) {
  return WorkSplitter(part_of).Split(work);
}

absl::btree_map<std::uint32_t, Work> SplitByStandby(const Work& work, const Standbys& standbys) {
  if (standbys.sessions().size() == 1) return {{standbys.sessions().front(), work}};
  return SplitWork(work, [&](std::uint64_t route_key) { return standbys.For(route_key); });
}

}  // namespace dino::mqtt
