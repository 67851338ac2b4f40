#include "server/fanout/sorted_order.h"

#include <algorithm>
#include <numeric>

namespace dino::fanout {
namespace {

template <typename Element>
std::vector<std::uint32_t> IndexesOf(const std::vector<Element>& elements) {
  if (std::is_sorted(elements.begin(), elements.end())) return {};
  std::vector<std::uint32_t> indexes(elements.size());
  std::iota(indexes.begin(), indexes.end(), 0);
  std::sort(indexes.begin(), indexes.end(),
            [&elements](std::uint32_t a, std::uint32_t b) { return elements[a] < elements[b]; });
  return indexes;
}

}  // namespace

SortedOrder::SortedOrder(const Recipients& recipients)
    : indexes_(recipients.are_topics() ? IndexesOf(recipients.topics())
                                       : IndexesOf(recipients.user_ids())) {}

Acknowledgements SortedOrder::Sort(const Acknowledgements& by_index) const {
  if (indexes_.empty() || by_index.count() == 0) return by_index;
  Acknowledgements by_place(by_index.recipient_count());
  for (std::uint32_t place = 0; place < indexes_.size(); ++place) {
    const std::uint32_t index = indexes_[place];
    if (by_index.Has(index)) by_place.Add(place, by_index.OutcomeOf(index).outcome);
  }
  return by_place;
}

Acknowledgements SortedOrder::Unsort(const Acknowledgements& by_place) const {
  if (indexes_.empty() || by_place.count() == 0) return by_place;
  Acknowledgements by_index(by_place.recipient_count());
  for (std::uint32_t place = 0; place < indexes_.size(); ++place) {
    if (by_place.Has(place)) by_index.Add(indexes_[place], by_place.OutcomeOf(place).outcome);
  }
  return by_index;
}

}  // namespace dino::fanout
