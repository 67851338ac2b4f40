#ifndef DINO_SERVER_METRICS_CALL_SERIES_H_
#define DINO_SERVER_METRICS_CALL_SERIES_H_

#include "server/metrics/family.h"
#include "server/rpc/call_meters.h"

namespace dino::metrics {

// Appends what is known of calls: `grpc_server_*`, with names and labels as Go's
// go-grpc-middleware has them, and the refusals.
void CollectCalls(const rpc::CallMeters& meters, Families& families);

}  // namespace dino::metrics

#endif  // DINO_SERVER_METRICS_CALL_SERIES_H_
