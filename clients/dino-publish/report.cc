#include "clients/dino-publish/report.h"

#include <ostream>

namespace dino::publish_client {

Exit Report(const Surroundings& surroundings, Exit exit, const std::string& step,
            const std::string& text) {
  const bool failed = exit != kSucceeded;
  std::ostream& stream = failed ? surroundings.err : surroundings.out;
  stream << (failed ? "dino-publish: " : "") << step << ": " << text << "\n" << std::flush;
  return failed || stream.good() ? exit : kFailed;
}

}  // namespace dino::publish_client
