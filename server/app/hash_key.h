#ifndef DINO_SERVER_APP_HASH_KEY_H_
#define DINO_SERVER_APP_HASH_KEY_H_

#include <iosfwd>
#include <string>
#include <vector>

namespace dino::app {

// `dino-bridge hash-key NAME`: reads an API key from one line and prints the `auth-keys-file` entry
// that gives its holder that name. Returns the exit status: 0, or 2 with a line that says what is
// wrong. The key is never printed.
int HashKey(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
            std::ostream& errors);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_HASH_KEY_H_
