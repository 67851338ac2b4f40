#ifndef DINO_SERVER_METRICS_CALL_SERIES_H_
#define DINO_SERVER_METRICS_CALL_SERIES_H_

#include "server/api/event_meter.h"
#include "server/grpc/call_meters.h"
#include "server/metrics/family.h"

namespace dino::metrics {

// Appends the series of calls: `grpc_server_*`, with the names and labels of Go's
// go-grpc-middleware, and the refusals.
void CollectCalls(const transport::CallMeters& meters, Families& families);

// Appends the series of events, and of the recipients that they did not reach.
void CollectEvents(const api::EventMeter& meter, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_CALL_SERIES_H_
