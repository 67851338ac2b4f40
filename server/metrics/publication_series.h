#ifndef DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
#define DINO_SERVER_METRICS_PUBLICATION_SERIES_H_

#include "server/fanout/fanout.h"
#include "server/metrics/family.h"
#include "server/mqtt/session_pool.h"

namespace dino::metrics {

// Appends what is known of publications: what is pending, and how they ended.
void CollectPublications(const fanout::Fanout& fanout, Families& families);

// Appends what is known of sessions.
void CollectSessions(const mqtt::SessionPool& pool, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
