#ifndef DINO_SERVER_METRICS_PROCESS_SERIES_H_
#define DINO_SERVER_METRICS_PROCESS_SERIES_H_

#include <cstddef>

#include "server/metrics/family.h"

namespace dino::metrics {

// When this process started, in seconds since the epoch. Computed at the first call, and constant
// from then on.
double ProcessStart();

// How much memory of this process is resident, in bytes; 0 if that cannot be read.
std::size_t ResidentBytes();

// Appends what the system reports of this process, under Prometheus' standard names. What it does
// not report is left out.
void CollectProcess(Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_PROCESS_SERIES_H_
