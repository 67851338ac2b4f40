#include "tests/soak/clerk.h"

#include <cstddef>
#include <optional>

#include "absl/strings/numbers.h"
#include "tests/soak/witness.h"

namespace dino::soak {
namespace {

// An event for one user.
struct Delivery {
  std::int64_t user = 0;
  EventOrigin origin;
};

// Nothing if it is no event of a caller.
std::optional<Delivery> DeliveryOf(const testing::Publish& publication) {
  Delivery delivery;
  const std::size_t level = publication.topic.rfind('/') + 1;
  if (!absl::SimpleAtoi(publication.topic.substr(level), &delivery.user) ||
      !ReadOrigin(publication.payload, delivery.origin)) {
    return std::nullopt;
  }
  return delivery;
}

}  // namespace

void Clerk::OnPublish(std::uint64_t connection, const testing::Publish& publication) {
  const auto delivery = DeliveryOf(publication);
  if (!delivery) return;
  const auto& [user, origin] = *delivery;
  ledger_.Carried(connection, user, origin.caller, origin.number);
}

void Clerk::OnAnswer(const testing::Publish& publication, std::uint8_t reason_code) {
  const auto delivery = DeliveryOf(publication);
  if (!delivery || reason_code >= 0x80) return;
  const auto& [user, origin] = *delivery;
  ledger_.BrokerAcknowledged(user, origin.caller, origin.number);
}

void Clerk::OnEnd(std::uint64_t connection) { ledger_.Lost(connection); }

}  // namespace dino::soak
