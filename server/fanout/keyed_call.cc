#include "server/fanout/keyed_call.h"

namespace dino::fanout {

KeyedRun::KeyedRun(Event& event, const Fingerprint& its_fingerprint)
    : id(*event.id),
      type(std::move(event.type)),
      kind(event.kind),
      qos(event.qos),
      fingerprint(its_fingerprint),
      recipients(std::move(event.recipients)),
      overlays(std::move(event.overlays)),
      acknowledgements(event.earlier.has_value()
                           ? *std::move(event.earlier)
                           : Acknowledgements(static_cast<std::uint32_t>(recipients.size()))) {}

}  // namespace dino::fanout
