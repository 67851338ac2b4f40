#ifndef DINO_SERVER_APP_BROKER_TLS_FILES_H_
#define DINO_SERVER_APP_BROKER_TLS_FILES_H_

#include <chrono>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "server/app/settings.h"
#include "server/base/watched_files.h"

namespace dino::app {

// What is to be known of the PEM files for TLS with brokers, which each connection attempt reads
// by itself. Files that are broken fail such attempts; open sessions are kept, with the last valid
// ones. The files are looked at when somebody asks. Thread-safe.
class BrokerTlsFiles {
 public:
  // `settings` must outlive it.
  explicit BrokerTlsFiles(const Settings& settings);
  BrokerTlsFiles(const BrokerTlsFiles&) = delete;
  BrokerTlsFiles& operator=(const BrokerTlsFiles&) = delete;

  // When our certificate expires, as of when all files were last valid; none without one.
  std::optional<std::chrono::system_clock::time_point> certificate_end();

  // Whether the files are valid as they are now, if there are any.
  bool valid();

 private:
  struct Content {
    std::optional<std::chrono::system_clock::time_point> certificate_end;
  };

  static absl::StatusOr<std::shared_ptr<const Content>> Read(const Settings& settings);

  WatchedFiles<Content> files_;
};

}  // namespace dino::app

#endif  // DINO_SERVER_APP_BROKER_TLS_FILES_H_
