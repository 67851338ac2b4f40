#ifndef DINO_SERVER_AUTH_CALLERS_H_
#define DINO_SERVER_AUTH_CALLERS_H_

#include <atomic>
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

namespace dino::auth {

// Whether a key file alone would do. The error names the path and what would be right.
absl::Status CheckKeyFile(const std::string& path);

// The callers that a key file names. It is read again, on a thread of this object, soon after it
// has changed; one that is broken changes nothing and is logged. Thread-safe.
class Callers {
 public:
  // `environment` is the server's. Without callers, until `Start`.
  Callers(const std::string& path, std::string environment)
      : environment_(std::move(environment)), file_({path}, [this, path] { return Read(path); }) {}
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Reads the file and begins to look after it. To be called once; fails if the file is broken.
  absl::Status Start();

  // Reads the file now, if it is not the one that was read last. One that is broken changes
  // nothing; the error says what is wrong with it.
  absl::Status Refresh() { return file_.Refresh(); }

  // Whose key it is; null if nobody's.
  std::shared_ptr<const Caller> Find(std::string_view key) const;

  // Who has that name in client certificates; null if nobody.
  std::shared_ptr<const Caller> FindByName(std::string_view name) const;

  // How often the file had changed and could not be used.
  std::uint64_t file_errors() const { return file_errors_.load(std::memory_order_relaxed); }

  // What those whom the file names now have published, in the order of their names.
  std::vector<std::pair<std::string, Quota::Usage>> Usage() const;

  // Another number after every change: what was found before is to be found again.
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
  std::atomic<std::uint64_t> file_errors_{0};

  mutable Mutex mutex_;
  // By name; they outlive changes of the file.
  std::map<std::string, std::shared_ptr<Quota>> quotas_ ABSL_GUARDED_BY(mutex_);

  // The last member: reading it uses the others.
  WatchedFiles<Table> file_;
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_CALLERS_H_
