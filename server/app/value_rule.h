#ifndef DINO_SERVER_APP_VALUE_RULE_H_
#define DINO_SERVER_APP_VALUE_RULE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/app/settings.h"
#include "server/base/address_ranges.h"
#include "server/base/host_port.h"

namespace dino::app {

// How the text of a setting is read and checked.
struct ValueRule {
  // What the value must be, to follow "must be": "a whole number from 1 to 5".
  std::string expected;
  // Stores the value. Returns an error message, empty if the value is valid.
  std::function<std::string(std::string_view text, Settings& settings)> read;
};

// `text` in quotes, escaped for terminals and logs, and truncated if long.
std::string Quoted(std::string_view text);

// A whole number from `min` to `max`.
ValueRule Whole(std::size_t Settings::*member, std::size_t min, std::size_t max);

// The same, or the word `auto`, which means the value of `automatic()`.
ValueRule WholeOrAuto(std::size_t Settings::*member, std::size_t min, std::size_t max,
                      const std::function<std::size_t()>& automatic);

// A number from 0 to 1.
ValueRule Ratio(double Settings::*member);

// A duration with its unit, in whole seconds.
ValueRule Seconds(std::chrono::seconds Settings::*member, std::chrono::seconds min,
                  std::chrono::seconds max);

// A duration with its unit, in whole milliseconds.
ValueRule Milliseconds(std::chrono::milliseconds Settings::*member, std::chrono::milliseconds min,
                       std::chrono::milliseconds max);

ValueRule TrueOrFalse(bool Settings::*member);

// A `host:port` to listen on; port 0 picks a free one.
ValueRule ListenAddress(HostPort Settings::*member);

// The same, or empty.
ValueRule ListenAddressOrNone(std::optional<HostPort> Settings::*member);

// A `host:port` to connect to, or empty.
ValueRule AddressOrNone(std::optional<HostPort> Settings::*member);

// One or more different `host:port`, separated by commas.
ValueRule Addresses(std::vector<HostPort> Settings::*member);

// IP addresses and networks, separated by commas, or empty.
ValueRule AddressesAndNetworks(AddressRanges Settings::*member);

// The key of an entry of a call's metadata whose value is text, or empty.
ValueRule MetadataKeyOrNone(std::string Settings::*member);

// Letters, digits, `-`, `_` and `.`, 1 to `max_bytes` of them.
ValueRule Name(std::string Settings::*member, std::size_t max_bytes);

// Any text; checked together with other settings.
ValueRule Text(std::string Settings::*member, std::string expected);

// The allowed words, each with its value.
template <typename T>
using Words = std::vector<std::pair<std::string_view, T>>;

template <typename T>
ValueRule OneOf(T Settings::*member, const Words<T>& words) {
  std::string expected;
  for (const auto& [word, value] : words) {
    expected.append(expected.empty() ? "" : ", ").append(word);
  }
  expected.insert(0, "one of ");
  auto read = [member, words, expected](std::string_view text, Settings& settings) -> std::string {
    for (const auto& [word, value] : words) {
      if (word != text) continue;
      settings.*member = value;
      return "";
    }
    return Quoted(text) + " must be " + expected;
  };
  return {expected, read};
}

}  // namespace dino::app

#endif  // DINO_SERVER_APP_VALUE_RULE_H_
