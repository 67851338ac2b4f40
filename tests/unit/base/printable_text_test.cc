#include "server/base/printable_text.h"

#include <gtest/gtest.h>

#include <string>

namespace dino {
namespace {

using namespace std::string_literals;

TEST(PrintableTextTest, ReplacesWhatALogCannotShow) {
  EXPECT_EQ(PrintableText("", 10), "");
  EXPECT_EQ(PrintableText("Zugriff verweigert: Nachtzug nach Süden", 80),
            "Zugriff verweigert: Nachtzug nach Süden");
  EXPECT_EQ(PrintableText("a\nb\x1B[31m\0\x7F"s, 80), "a?b?[31m??");
  EXPECT_EQ(PrintableText("\xFF\xC0\xAF\xED\xA0\x80", 80), "??????");
  // NOLINTNEXTLINE(misc-misleading-bidirectional): what it is about
  EXPECT_EQ(PrintableText("left \xE2\x80\xAE right \xE2\x80\xA8 \xC2\x85", 80), "left ? right ? ?");
}

TEST(PrintableTextTest, NeverExceedsItsLimit) {
  EXPECT_EQ(PrintableText("0123456789", 10), "0123456789");
  EXPECT_EQ(PrintableText("0123456789a", 10), "0123456...");
  EXPECT_EQ(PrintableText("ééééé", 9), "ééé...");
  EXPECT_EQ(PrintableText("ééééé", 8), "éé...");
  EXPECT_EQ(PrintableText(std::string(100000, '\n'), 3), "...");
}

}  // namespace
}  // namespace dino
