#ifndef DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
#define DINO_SERVER_METRICS_PUBLICATION_SERIES_H_

#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/metrics/family.h"
#include "server/mqtt/session/session_pool.h"

namespace dino::metrics {

// Appends the series of publications: pending ones, and outcomes.
void CollectPublications(const fanout::DirectPublisher& publisher, Families& families);

// Appends the series of idempotency keys, and of what repeated calls spared recipients.
void CollectKeys(const fanout::KeyedPublisher& keyed, const fanout::PublicationMeter& meter,
                 Families& families);

// Appends the series of sessions.
void CollectSessions(const mqtt::SessionPool& pool, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_PUBLICATION_SERIES_H_
