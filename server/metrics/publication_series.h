#ifndef DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
#define DINO_SERVER_METRICS_PUBLICATION_SERIES_H_

#include "server/fanout/fanout.h"
#include "server/metrics/family.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::metrics {

// Appends the series of publications: pending ones, and outcomes.
void CollectPublications(const fanout::Fanout& fanout, Families& families);

// Appends the series of sessions.
void CollectSessions(const mqtt::SessionPool& pool, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
