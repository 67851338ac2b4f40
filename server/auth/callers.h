#ifndef DINO_SERVER_AUTH_CALLERS_H_
#define DINO_SERVER_AUTH_CALLERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/auth/caller.h"
#include "server/auth/key_file.h"
#include "server/base/mutex.h"
#include "server/base/watched_files.h"
#include "server/log/state_log.h"

namespace dino::auth {

// Checks a key file. The error names the path and the rule.
absl::Status CheckKeyFile(const std::string& path);

// The callers in a key file. A thread of this object rereads the file soon after it changes; an
// invalid file is logged and ignored. Thread-safe.
class Callers {
 public:
  // `environment` is the server's. Empty until `Start`.
  Callers(const std::string& path, std::string environment)
      : environment_(std::move(environment)), file_({path}, [this, path] { return Read(path); }) {}
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Reads the file and starts watching it. Call once. Fails if the file is invalid.
  absl::Status Start();

  // Rereads the file now if it has changed. An invalid file changes nothing; the error says why.
  absl::Status Refresh() { return file_.Refresh(); }

  // The caller with this API key; null if there is none.
  std::shared_ptr<const Caller> Find(std::string_view key) const;

  // The caller with this name in its client certificates; null if there is none.
  std::shared_ptr<const Caller> FindByName(std::string_view name) const;

  // How many changes of the file were rejected.
  std::uint64_t file_errors() const { return file_.errors(); }

  // False while the file as it is now is rejected.
  bool file_valid() const { return file_.current(); }

  // What the callers now in the file have published, sorted by name.
  std::vector<std::pair<std::string, Quota::Usage>> Usage() const;

  // Changes whenever the callers do: look them up again then.
  std::uint64_t generation() const { return file_.generation(); }

 private:
  struct Place {
    KeyDigest digest;
    std::shared_ptr<const Caller> caller;
  };
  struct Table {
    // By the first bytes of the digest.
    absl::flat_hash_map<std::uint64_t, Place> by_key;
    absl::flat_hash_map<std::string, std::shared_ptr<const Caller>> by_name;
  };

  absl::StatusOr<std::shared_ptr<const Table>> Read(const std::string& path);
  std::shared_ptr<const Table> MakeTable(const std::vector<CallerEntry>& entries);

  const std::string environment_;

  mutable Mutex mutex_;
  // By name; kept when the file changes.
  std::map<std::string, std::shared_ptr<Quota>> quotas_ ABSL_GUARDED_BY(mutex_);

  // The watching thread's.
  log::StateLog state_log_{{log::Level::kError, "invalid key file; the previous one stays in force",
                            "the key file is valid again"}};
  // The last member: reading it uses the others.
  WatchedFiles<Table> file_;
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_CALLERS_H_
