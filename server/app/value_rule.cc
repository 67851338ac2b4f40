#include "server/app/value_rule.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "server/base/printable_text.h"
#include "server/base/utf8.h"

namespace dino::app {
namespace {

constexpr std::size_t kMaxQuotedBytes = 80;
constexpr std::size_t kMaxCharacterBytes = 4;

std::string MustBe(std::string_view text, const std::string& expected) {
  return Quoted(text) + " must be " + expected;
}

bool ParseWhole(std::string_view text, std::size_t& number) {
  const std::from_chars_result end =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

// "30s", "1m30s"; a bare number is refused, even 0, which the library would accept.
bool ParseDuration(std::string_view text, absl::Duration& duration) {
  return text.find_first_of("hmnus") != std::string_view::npos &&
         absl::ParseDuration(std::string(text), &duration) &&
         duration != absl::InfiniteDuration() && duration != -absl::InfiniteDuration();
}

// In seconds if they are whole.
std::string ShortForm(std::chrono::milliseconds duration) {
  const bool whole = duration.count() % 1000 == 0;
  return whole ? std::to_string(duration.count() / 1000) + "s"
               : std::to_string(duration.count()) + "ms";
}

// For `ValueRule::read`; empty is no address.
auto HostPortOrNone(std::optional<HostPort> Settings::*member, std::uint16_t min_port) {
  return [=](std::string_view text, Settings& settings) -> std::string {
    settings.*member = std::nullopt;
    if (text.empty()) return "";
    HostPort address;
    std::string problem = ParseHostPort(text, min_port, address);
    if (problem.empty()) settings.*member = std::move(address);
    return problem;
  };
}

template <typename T>
ValueRule Time(T Settings::*member, T min, T max, const std::string& whole_units) {
  const absl::Duration least = absl::FromChrono(min);
  const absl::Duration most = absl::FromChrono(max);
  const absl::Duration unit = absl::FromChrono(T(1));
  std::string expected = "a duration from " + ShortForm(min) + " to " + ShortForm(max) +
                         " in whole " + whole_units + ", with a unit, such as 10s or 1m30s";
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    absl::Duration duration;
    std::size_t bare = 0;
    if (ParseWhole(text, bare)) {
      return Quoted(text) + " has no unit: write " + std::string(text) + "s for seconds";
    }
    if (!ParseDuration(text, duration) || duration < least || duration > most ||
        duration != absl::Trunc(duration, unit)) {
      return MustBe(text, expected);
    }
    settings.*member = T(duration / unit);
    return "";
  };
  return {expected, read};
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string shown = "\"";
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t bytes = std::max<std::size_t>(FirstCodePoint(text.substr(end)).bytes, 1);
    if (end + bytes > kMaxQuotedBytes) break;
    const std::string character(text.substr(end, bytes));
    const bool is_safe = bytes > 1 && PrintableText(character, kMaxCharacterBytes) == character;
    shown += is_safe ? character : absl::CHexEscape(character);
    end += bytes;
  }
  return shown + (end < text.size() ? "…\"" : "\"");
}

ValueRule Whole(std::size_t Settings::*member, std::size_t min, std::size_t max) {
  std::string expected =
      "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    std::size_t number = 0;
    if (!ParseWhole(text, number) || number < min || number > max) return MustBe(text, expected);
    settings.*member = number;
    return "";
  };
  return {expected, read};
}

ValueRule WholeOrAuto(std::size_t Settings::*member, std::size_t min, std::size_t max,
                      const std::function<std::size_t()>& automatic) {
  const ValueRule whole = Whole(member, min, max);
  const std::string expected = "auto or " + whole.expected;
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    if (text == "auto") {
      settings.*member = automatic();
      return "";
    }
    return whole.read(text, settings).empty() ? "" : MustBe(text, expected);
  };
  return {expected, read};
}

ValueRule Ratio(double Settings::*member) {
  const std::string expected = "a number from 0 to 1, such as 0.01";
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    double number = 0;
    // Neither spaces nor words such as "nan".
    if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos ||
        !absl::SimpleAtod({text.data(), text.size()}, &number) || number < 0 || number > 1) {
      return MustBe(text, expected);
    }
    settings.*member = number;
    return "";
  };
  return {expected, read};
}

ValueRule Seconds(std::chrono::seconds Settings::*member, std::chrono::seconds min,
                  std::chrono::seconds max) {
  return Time(member, min, max, "seconds");
}

ValueRule Milliseconds(std::chrono::milliseconds Settings::*member, std::chrono::milliseconds min,
                       std::chrono::milliseconds max) {
  return Time(member, min, max, "milliseconds");
}

ValueRule TrueOrFalse(bool Settings::*member) {
  return OneOf(member, Words<bool>{{"true", true}, {"false", false}});
}

ValueRule ListenAddress(HostPort Settings::*member) {
  auto read = [member](std::string_view text, Settings& settings) {
    return ParseHostPort(text, 0, settings.*member);
  };
  return {"host:port, with an IPv6 address in brackets; port 0 picks a free one", read};
}

ValueRule ListenAddressOrNone(std::optional<HostPort> Settings::*member) {
  return {"empty or host:port, with an IPv6 address in brackets; port 0 picks a free one",
          HostPortOrNone(member, 0)};
}

ValueRule AddressOrNone(std::optional<HostPort> Settings::*member) {
  return {"host:port, with an IPv6 address in brackets; empty: none", HostPortOrNone(member, 1)};
}

ValueRule Addresses(std::vector<HostPort> Settings::*member) {
  auto read = [member](std::string_view text, Settings& settings) -> std::string {
    std::vector<HostPort> addresses;
    std::size_t begin = 0;
    while (begin <= text.size()) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::string place = "address " + std::to_string(addresses.size() + 1) + " ";
      HostPort address;
      const std::string problem = ParseHostPort(text.substr(begin, end - begin), 1, address);
      if (!problem.empty()) return place + problem;
      if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
        return place + "repeats " + address.ToString();
      }
      addresses.push_back(std::move(address));
      begin = end + 1;
    }
    settings.*member = std::move(addresses);
    return "";
  };
  return {"one or more different host:port, separated by commas, with IPv6 addresses in brackets",
          read};
}

ValueRule AddressesAndNetworks(AddressRanges Settings::*member) {
  auto read = [member](std::string_view text, Settings& settings) -> std::string {
    absl::StatusOr<AddressRanges> ranges = AddressRanges::Parse(text);
    if (!ranges.ok()) return std::string(ranges.status().message());
    settings.*member = *std::move(ranges);
    return "";
  };
  return {"IP addresses and networks, such as 10.0.0.0/8, separated by commas; empty: none", read};
}

ValueRule MetadataKeyOrNone(std::string Settings::*member) {
  constexpr std::size_t kMaxBytes = 100;
  std::string expected =
      "1 to 100 of a-z, 0-9, -, _ and ., not authorization, and with neither grpc- at its "
      "beginning "
      "nor -bin at its end; empty: none";
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    const bool valid =
        text.size() <= kMaxBytes && text != "authorization" && text.substr(0, 5) != "grpc-" &&
        (text.size() < 4 || text.substr(text.size() - 4) != "-bin") &&
        std::all_of(text.begin(), text.end(), [](unsigned char c) {
          return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-' || c == '_' || c == '.';
        });
    if (!valid) return MustBe(text, expected);
    settings.*member = text;
    return "";
  };
  return {expected, read};
}

ValueRule Name(std::string Settings::*member, std::size_t max_bytes) {
  std::string expected = "1 to " + std::to_string(max_bytes) + " letters, digits, -, _ and .";
  auto read = [=](std::string_view text, Settings& settings) -> std::string {
    const bool good = !text.empty() && text.size() <= max_bytes &&
                      std::all_of(text.begin(), text.end(), [](unsigned char c) {
                        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                      });
    if (!good) return MustBe(text, expected);
    settings.*member = std::string(text);
    return "";
  };
  return {expected, read};
}

ValueRule Text(std::string Settings::*member, std::string expected) {
  auto read = [member](std::string_view text, Settings& settings) -> std::string {
    settings.*member = std::string(text);
    return "";
  };
  return {std::move(expected), read};
}

}  // namespace dino::app
