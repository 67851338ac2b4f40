#ifndef DINO_SERVER_APP_HEALTH_CHECK_H_
#define DINO_SERVER_APP_HEALTH_CHECK_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "server/app/settings.h"

namespace dino::app {

// `dino-bridge health [--ready]`: asks the server that runs with these flags and this environment
// whether it is alive or, with `--ready`, whether it can serve calls. Returns the exit status
// within a few seconds: 0 if so, 1 if not, 2 for bad arguments; a line in `errors` says why. The
// process must then exit without waiting for its threads.
int CheckHealth(const std::vector<std::string>& arguments, const Environment& environment,
                std::ostream& errors);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_HEALTH_CHECK_H_
