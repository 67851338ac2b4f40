#ifndef DINO_TESTS_SOAK_CLERK_H_
#define DINO_TESTS_SOAK_CLERK_H_

#include <cstdint>

#include "tests/support/ledger/ledger.h"
#include "tests/support/mqtt/proxy_observer.h"

namespace dino::soak {

// Records in a ledger what passes a proxy between the bridge and its broker.
class Clerk final : public testing::ProxyObserver {
 public:
  // The ledger must outlive this object.
  explicit Clerk(testing::Ledger& ledger) : ledger_(ledger) {}

  void OnPublish(std::uint64_t connection, const testing::Publish& publication) override;
  void OnAnswer(const testing::Publish& publication, std::uint8_t reason_code) override;
  void OnEnd(std::uint64_t connection) override;

 private:
  testing::Ledger& ledger_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_CLERK_H_
