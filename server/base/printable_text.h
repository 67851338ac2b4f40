#ifndef DINO_SERVER_BASE_PRINTABLE_TEXT_H_
#define DINO_SERVER_BASE_PRINTABLE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace dino {

// A stranger's text, fit for a log: UTF-8, with `?` for what is not UTF-8, for control characters
// and for what ends a line or changes the direction of writing. It has at most `max_bytes`; "..."
// at its end says that there was more.
//
// REQUIRES: max_bytes >= 3.
std::string PrintableText(std::string_view text, std::size_t max_bytes);

}  // namespace dino

#endif  // DINO_SERVER_BASE_PRINTABLE_TEXT_H_
