#ifndef DINO_CLIENTS_DINO_PUBLISH_PROBE_H_
#define DINO_CLIENTS_DINO_PUBLISH_PROBE_H_

#include "clients/dino-publish/call.h"
#include "clients/dino-publish/exit_status.h"
#include "clients/dino-publish/options.h"
#include "clients/dino-publish/run.h"

namespace dino::publish_client {

// Publishes an event to the topic `options.probe_topic`, and receives it again if
// `options.receive_from` says where. As `CheckServer` otherwise.
Exit Probe(const Options& options, const Surroundings& surroundings, const Call& call);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_PROBE_H_
