#include "server/fanout/keyed_call.h"

namespace dino::fanout {

KeyedRun::KeyedRun(const Event& event, std::uint64_t its_fingerprint)
    : id(*event.id),
      fingerprint(its_fingerprint),
      recipients(event.recipients),
      acknowledgements(event.earlier.has_value()
                           ? *event.earlier
                           : Acknowledgements(static_cast<std::uint32_t>(recipients.size()))) {}

}  // namespace dino::fanout
