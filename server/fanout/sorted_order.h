#ifndef DINO_SERVER_FANOUT_SORTED_ORDER_H_
#define DINO_SERVER_FANOUT_SORTED_ORDER_H_

#include <cstdint>
#include <vector>

#include "server/fanout/acknowledgements.h"
#include "server/fanout/recipients.h"

namespace dino::fanout {

// The recipients of a request in the order of their IDs or names, which is the same however a
// request lists them.
class SortedOrder {
 public:
  explicit SortedOrder(const Recipients& recipients);

  // What is known by index in the request, by place in the sorted order; and the other way round.
  Acknowledgements Sort(const Acknowledgements& by_index) const;
  Acknowledgements Unsort(const Acknowledgements& by_place) const;

 private:
  // Indexes by place; empty if they are the same.
  std::vector<std::uint32_t> indexes_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_SORTED_ORDER_H_
