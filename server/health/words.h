#ifndef DINO_SERVER_HEALTH_WORDS_H_
#define DINO_SERVER_HEALTH_WORDS_H_

#include <chrono>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dino::health {

// "48 %"; never 0 % of something, nor 100 % of less than all.
inline std::string Percent(double share) {
  if (share > 0 && share < 0.01) return "less than 1 %";
  if (share > 0.99 && share < 1) return "more than 99 %";
  return absl::StrCat(std::lround(share * 100), " %");
}

// "2.4 s", "3 min", "5 h" or "12 days": so long at least.
inline std::string InWords(std::chrono::duration<double> time) {
  constexpr double kMinute = 60;
  constexpr double kHour = 60 * kMinute;
  constexpr double kDay = 24 * kHour;
  const double seconds = time.count();
  const auto whole = [seconds](double unit, const char* name) {
    return absl::StrCat(static_cast<std::int64_t>(seconds / unit), name);
  };
  if (seconds < 10) return absl::StrFormat("%.1f s", seconds);
  if (seconds < kMinute) return whole(1, " s");
  if (seconds < kHour) return whole(kMinute, " min");
  return seconds < 2 * kDay ? whole(kHour, " h") : whole(kDay, " days");
}

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_WORDS_H_
