#include "server/app/hash_key.h"

#include <istream>
#include <ostream>

#include "server/app/application.h"
#include "server/auth/key_file.h"
#include "server/base/digest.h"
#include "server/base/hex.h"

namespace dino::app {
namespace {

constexpr char kUsage[] = "usage: dino-bridge hash-key NAME < FILE_WITH_THE_KEY\n";

}  // namespace

int HashKey(const std::vector<std::string>& arguments, std::istream& in, std::ostream& out,
            std::ostream& errors) {
  if (arguments.size() != 1) {
    errors << kUsage;
    return kExitBadSettings;
  }
  std::string key;
  std::getline(in, key);
  const absl::Status status = auth::CheckKey(key);
  if (!status.ok()) {
    errors << "dino-bridge: the key " << status.message() << "\n";
    return kExitBadSettings;
  }
  const std::string entry =
      R"({"name": ")" + arguments[0] + R"(", "sha256": [")" + ToHex(Sha256({key})) + R"("]})";
  // A name that would break the file is invalid.
  if (!auth::ParseKeyFile(R"({"callers": [)" + entry + "]}").ok()) {
    errors << "dino-bridge: the name must be 1 to 64 letters, digits, '-', '_' and '.'\n";
    return kExitBadSettings;
  }
  out << entry << "\n";
  return 0;
}

}  // namespace dino::app
