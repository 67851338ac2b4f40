#include "server/fanout/admission.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace dino::fanout {
namespace {

constexpr std::size_t kEvent = Admission::kBytesPerEvent;

TEST(AdmissionTest, AdmitsUpToItsPublications) {
  Admission admission(10, 1000 + 3 * kEvent);
  const auto six = admission.TryAdmit(6, 1);
  ASSERT_TRUE(six.has_value());
  EXPECT_FALSE(admission.TryAdmit(5, 1).has_value());
  EXPECT_EQ(admission.pending_publications(), 6U);
  EXPECT_EQ(admission.pending_bytes(), 1 + kEvent);
  EXPECT_TRUE(admission.TryAdmit(4, 1).has_value());
}

TEST(AdmissionTest, AdmitsUpToItsBytesIncludingThoseOfEvents) {
  Admission admission(10, 1000 + 2 * kEvent);
  const auto most = admission.TryAdmit(1, 900);
  ASSERT_TRUE(most.has_value());
  EXPECT_FALSE(admission.TryAdmit(1, 101).has_value());
  EXPECT_TRUE(admission.TryAdmit(1, 100).has_value());
}

TEST(AdmissionTest, ARefusalTakesNoRoom) {
  Admission admission(10, 1000 + kEvent);
  EXPECT_FALSE(admission.TryAdmit(11, 1).has_value());
  EXPECT_FALSE(admission.TryAdmit(1, 1001).has_value());
  EXPECT_TRUE(admission.TryAdmit(10, 1000).has_value());
}

// Takes what one caller gets of small calls, and keeps it.
std::size_t Fill(Admission& admission, const char* caller, std::vector<Admission::Ticket>& held) {
  std::size_t taken = 0;
  while (auto ticket = admission.TryAdmit(1, 0, caller)) {
    held.push_back(*std::move(ticket));
    ++taken;
  }
  return taken;
}

TEST(AdmissionTest, OneCallerLeavesAQuarterToOthers) {
  for (const auto& [publications, bytes] :
       {std::pair(1000UL, 1000000 * kEvent), {1000000UL, 1000 * kEvent}}) {
    Admission admission(publications, bytes);
    std::vector<Admission::Ticket> held;
    EXPECT_EQ(Fill(admission, "greedy", held), 750U);
    EXPECT_GT(Fill(admission, "other", held), 180U);
  }
}

TEST(AdmissionTest, CallersWhoAlwaysWantMoreComeToTheirShares) {
  constexpr int kCallers = 4;
  Admission admission(1000, 1000000 * kEvent);
  std::array<std::vector<Admission::Ticket>, kCallers> held;
  const std::array<const char*, kCallers> names = {"a", "b", "c", "d"};
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < kCallers; ++i) {
      Fill(admission, names[i], held[i]);
      // Some of it ends.
      for (std::size_t ended = held[i].size() / 10; ended > 0; --ended) held[i].pop_back();
    }
  }
  for (const auto& each : held) EXPECT_GE(each.size(), 1000U * 9 / 10 / (kCallers + 1));
}

TEST(AdmissionTest, WhoHasNoEventPendingMayHaveAllThatIsFreeForOne) {
  Admission admission(1000, 1000000 * kEvent);
  const auto call = admission.TryBegin("large");
  const auto largest = admission.TryAdmit(1000, 0, "large");
  EXPECT_TRUE(largest.has_value());
}

TEST(AdmissionTest, ATicketThatEndsGivesTheShareBack) {
  Admission admission(100, 1000 * kEvent);
  for (int i = 0; i < 3; ++i) {
    std::vector<Admission::Ticket> held;
    EXPECT_EQ(Fill(admission, "caller", held), 75U);
  }
  EXPECT_EQ(admission.pending_bytes(), 0U);
}

TEST(AdmissionTest, TheTicketReleasesItsRoom) {
  Admission admission(10, 1000 + kEvent);
  {
    const auto all = admission.TryAdmit(10, 1000);
    ASSERT_TRUE(all.has_value());
  }
  EXPECT_EQ(admission.pending_publications(), 0U);
  EXPECT_EQ(admission.pending_bytes(), 0U);
  EXPECT_TRUE(admission.TryAdmit(10, 1000).has_value());
}

TEST(AdmissionTest, AMovedTicketReleasesItsRoomOnce) {
  Admission admission(10, 1000 + kEvent);
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

TEST(AdmissionTest, ACallTakesBytesOnly) {
  Admission admission(10, 2 * Admission::kBytesPerCall);
  const auto first = admission.TryBegin();
  const auto second = admission.TryBegin();
  EXPECT_TRUE(second.has_value());
  EXPECT_FALSE(admission.TryBegin().has_value());
  EXPECT_EQ(admission.pending_publications(), 0U);
}

TEST(AdmissionTest, AnAnswerTakesItsBytesEvenBeyondTheLimit) {
  Admission admission(10, 3 * Admission::kBytesPerCall);
  auto call = admission.TryBegin("caller");
  ASSERT_TRUE(call.has_value());
  call->Grow(5 * Admission::kBytesPerCall);
  EXPECT_EQ(admission.pending_bytes(), 6 * Admission::kBytesPerCall);
  EXPECT_FALSE(admission.TryBegin("other").has_value());
  call->Shrink(4 * Admission::kBytesPerCall);
  EXPECT_TRUE(admission.TryBegin("other").has_value());
  EXPECT_FALSE(admission.TryBegin("caller").has_value()) << "two thirds are its answer";
  call.reset();
  EXPECT_EQ(admission.pending_bytes(), 0U);
}

}  // namespace
}  // namespace dino::fanout
