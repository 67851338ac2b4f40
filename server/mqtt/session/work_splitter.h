#ifndef DINO_SERVER_MQTT_SESSION_WORK_SPLITTER_H_
#define DINO_SERVER_MQTT_SESSION_WORK_SPLITTER_H_

#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "server/mqtt/queue/work.h"
#include "server/mqtt/session/standbys.h"

namespace dino::mqtt {

// Splits work by what `part_of` says of each publication's route key, a chunk into parts where that
// differs. None of the work is in a queue.
absl::btree_map<std::uint32_t, Work> SplitWork(
    const Work& work, absl::FunctionRef<std::uint32_t(std::uint64_t)> part_of);

// Splits work by the standbys that get it, a chunk into parts where several do.
//
// REQUIRES: !standbys.empty(); none of the work is in a queue.
absl::btree_map<std::uint32_t, Work> SplitByStandby(const Work& work, const Standbys& standbys);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_WORK_SPLITTER_H_
