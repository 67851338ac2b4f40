#include "server/fanout/keyed_call.h"

namespace dino::fanout {

std::shared_ptr<KeyedRun> MakeRun(Event& event, const Fingerprint& fingerprint) {
  const auto size = static_cast<std::uint32_t>(event.recipients.size());
  return std::make_shared<KeyedRun>(
      KeyedRun{*event.id,
               TextOf(*event.id),
               std::move(event.type),
               event.kind,
               event.qos,
               fingerprint,
               std::move(event.recipients),
               std::move(event.overlays),
               event.earlier.has_value() ? *std::move(event.earlier) : Acknowledgements(size),
               /*published=*/false,
               /*taken_up=*/false,
               {}});
}

}  // namespace dino::fanout
