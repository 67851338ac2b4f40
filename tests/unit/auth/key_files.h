#ifndef DINO_TESTS_UNIT_AUTH_KEY_FILES_H_
#define DINO_TESTS_UNIT_AUTH_KEY_FILES_H_

#include <string>
#include <vector>

#include "server/base/digest.h"
#include "server/base/hex.h"
#include "tests/support/process/files.h"

namespace dino::auth {

// A caller's entry in a key file. `more` holds further members, each after a comma.
inline std::string KeyFileEntry(const std::string& name, const std::string& key,
                                const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "sha256": ")" + ToHex(Sha256({key})) + "\"" + more + "}";
}

// Replaces a key file atomically, as tools do.
inline void WriteKeyFile(const std::string& path, const std::vector<std::string>& entries) {
  std::string list;
  for (const std::string& entry : entries) list.append(list.empty() ? "" : ",").append(entry);
  testing::ReplaceContent(path, R"({"callers": [)" + list + "]}");
}

}  // namespace dino::auth

#endif  // DINO_TESTS_UNIT_AUTH_KEY_FILES_H_
