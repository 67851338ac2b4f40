#ifndef DINO_CLIENTS_DINO_PUBLISH_REPORT_H_
#define DINO_CLIENTS_DINO_PUBLISH_REPORT_H_

#include <string>

#include "clients/dino-publish/exit_status.h"
#include "clients/dino-publish/run.h"

namespace dino::publish_client {

// Prints the line of one step of a check, to `err` if it failed. Returns `exit`, or `kFailed` if
// the line of a step that succeeded cannot be written.
Exit Report(const Surroundings& surroundings, Exit exit, const std::string& step,
            const std::string& text);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_REPORT_H_
