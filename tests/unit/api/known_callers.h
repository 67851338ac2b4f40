#ifndef DINO_TESTS_UNIT_API_KNOWN_CALLERS_H_
#define DINO_TESTS_UNIT_API_KNOWN_CALLERS_H_

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/process/temporary_directory.h"
#include "tests/unit/api/server_fixture.h"
#include "tests/unit/auth/key_files.h"

namespace dino::api {

inline const std::string kChatKey = "the-key-of-the-chat";
inline const std::string kReadKey = "the-key-for-receipts";
inline const std::string kSlowKey = "the-key-of-the-slow";
inline const std::string kSteadyKey = "the-key-of-the-steady";
inline const std::string kOtherKey = "the-key-of-another-one";
inline const std::string kTeamKey = "the-key-of-the-build-team";

// A key file and who it knows, made before the server.
class KnownCallers {
 protected:
  KnownCallers() {
    Write({auth::KeyFileEntry("chat", kChatKey), auth::KeyFileEntry("other", kOtherKey),
           auth::KeyFileEntry("receipts", kReadKey,
                              R"(, "methods": ["PublishRead", "PublishBatch"])"),
           auth::KeyFileEntry("slow", kSlowKey, R"(, "recipients_per_second": 10)"),
           auth::KeyFileEntry("steady", kSteadyKey, R"(, "events_per_second": 20)"),
           auth::KeyFileEntry("team", kTeamKey,
                              R"(, "event_types": ["build_*"], "topics": ["builds/#"])")});
    EXPECT_TRUE(callers_.Start().ok());
  }

  void Write(const std::vector<std::string>& entries) { auth::WriteKeyFile(file_, entries); }

  ServerOptions Options() {
    ServerOptions options;
    options.authenticator = &authenticator_;
    return options;
  }

  static void Authorize(grpc::ClientContext& context, const std::string& key) {
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    context.AddMetadata("authorization", "Bearer " + key);
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "keys.json";
  auth::Callers callers_{file_, "test"};
  const auth::Authenticator authenticator_{&callers_, nullptr};
};

}  // namespace dino::api

#endif  // DINO_TESTS_UNIT_API_KNOWN_CALLERS_H_
