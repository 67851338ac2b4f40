#include "server/fanout/admission.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace dino::fanout {
namespace {

constexpr std::size_t kCall = Admission::kBytesPerCall;

TEST(AdmissionTest, AdmitsUpToItsPublications) {
  Admission admission(10, 1000 + 3 * kCall);
  const auto six = admission.TryAdmit(6, 1);
  ASSERT_TRUE(six.has_value());
  EXPECT_FALSE(admission.TryAdmit(5, 1).has_value());
  EXPECT_EQ(admission.pending_publications(), 6U);
  EXPECT_EQ(admission.pending_bytes(), 1 + kCall);
  EXPECT_TRUE(admission.TryAdmit(4, 1).has_value());
}

TEST(AdmissionTest, AdmitsUpToItsBytesIncludingThoseOfCalls) {
  Admission admission(10, 1000 + 2 * kCall);
  const auto most = admission.TryAdmit(1, 900);
  ASSERT_TRUE(most.has_value());
  EXPECT_FALSE(admission.TryAdmit(1, 101).has_value());
  EXPECT_TRUE(admission.TryAdmit(1, 100).has_value());
}

TEST(AdmissionTest, ARefusalTakesNoRoom) {
  Admission admission(10, 1000 + kCall);
  EXPECT_FALSE(admission.TryAdmit(11, 1).has_value());
  EXPECT_FALSE(admission.TryAdmit(1, 1001).has_value());
  EXPECT_TRUE(admission.TryAdmit(10, 1000).has_value());
}

TEST(AdmissionTest, TheTicketReleasesItsRoom) {
  Admission admission(10, 1000 + kCall);
  {
    const auto all = admission.TryAdmit(10, 1000);
    ASSERT_TRUE(all.has_value());
  }
  EXPECT_EQ(admission.pending_publications(), 0U);
  EXPECT_EQ(admission.pending_bytes(), 0U);
  EXPECT_TRUE(admission.TryAdmit(10, 1000).has_value());
}

TEST(AdmissionTest, AMovedTicketReleasesItsRoomOnce) {
  Admission admission(10, 1000 + kCall);
  auto ticket = admission.TryAdmit(10, 1000);
  ASSERT_TRUE(ticket.has_value());
  {
    Admission::Ticket moved = std::move(*ticket);
    ticket.reset();
    EXPECT_EQ(admission.pending_publications(), 10U);
    moved.Release();
    EXPECT_EQ(admission.pending_publications(), 0U);
  }
  EXPECT_EQ(admission.pending_publications(), 0U);
}

}  // namespace
}  // namespace dino::fanout
