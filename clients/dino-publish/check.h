#ifndef DINO_CLIENTS_DINO_PUBLISH_CHECK_H_
#define DINO_CLIENTS_DINO_PUBLISH_CHECK_H_

#include "clients/dino-publish/call.h"
#include "clients/dino-publish/exit_status.h"
#include "clients/dino-publish/options.h"
#include "clients/dino-publish/run.h"

namespace dino::publish_client {

// `--check`: whether a server can be reached, knows its caller and is ready; with `--publish`, also
// whether the broker acknowledges an event, and with `--receive-from` whether a subscriber gets it.
//
// Prints a line for each step, the first that fails to `err`, and returns the exit status of that.
// Each step takes `options.timeout` at most. `call` has address, timeout and credentials.
Exit CheckServer(const Options& options, const Surroundings& surroundings, const Call& call);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_CHECK_H_
