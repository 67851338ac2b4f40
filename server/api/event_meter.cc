#include "server/api/event_meter.h"

#include <algorithm>
#include <utility>

namespace dino::api {
namespace {

// The last place stands for what is not among the names.
std::size_t Find(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end() - 1, name);
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

EventMeter::EventMeter(Names names)
    : names_(std::move(names)),
      ended_(kViaNames.size() * names_.results.size()),
      failed_(names_.kinds.size() * names_.reasons.size()) {}

void EventMeter::Ended(Via via, std::string_view result) {
  ended_.Add(PlaceOf(via, Find(names_.results, result)));
}

void EventMeter::Failed(std::size_t kind, std::string_view reason, std::uint64_t recipients) {
  failed_.Add(kind * names_.reasons.size() + Find(names_.reasons, reason), recipients);
}

}  // namespace dino::api
