#ifndef DINO_SERVER_BASE_ERRNO_TEXT_H_
#define DINO_SERVER_BASE_ERRNO_TEXT_H_

#include <string>
#include <system_error>

namespace dino {

// What an `errno` means, such as "Connection refused". Thread-safe.
inline std::string ErrnoText(int error) { return std::generic_category().message(error); }

}  // namespace dino

#endif  // DINO_SERVER_BASE_ERRNO_TEXT_H_
