#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/files.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::MatchesRegex;

const std::string kOldKey = "the-old-key-of-the-chat";
const std::string kNewKey = "the-new-key-of-the-chat";

// What `dino-bridge hash-key` prints for a key in a file.
std::string HashOf(const std::string& key, const std::string& name = "chat") {
  const TemporaryDirectory directory;
  const std::string file = directory.path() / "key";
  std::ofstream(file) << key << "\n";
  Subprocess program(
      {"/bin/sh", "-c", "exec " + BridgeProgram() + " hash-key " + name + " < " + file});
  const auto line = program.NextLine(Subprocess::Output::kStdout, Clock::now() + kPatience);
  EXPECT_EQ(program.Wait(), line.has_value() ? 0 : 2);
  return line.value_or("");
}

// The digest in such a line.
std::string DigestIn(const std::string& entry) {
  const std::size_t begin = entry.rfind('[');
  return entry.substr(begin + 1, entry.find(']') - begin - 1);
}

class ApiKeysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write(old_digest_);
    bridge_.emplace(broker_.address(), std::vector<std::string>{"--auth-keys-file=" + file_});
    bridge_->WaitForHealth("", health::HealthCheckResponse::SERVING);
  }

  void Write(const std::string& digests) {
    ReplaceContent(file_, R"({"callers": [{"name": "chat", "sha256": [)" + digests + "]}]}");
  }

  grpc::Status PublishWith(const std::string& key) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    v1::PublishMessageResponse response;
    return bridge_->stub().PublishMessage(&context, MessageRequest({1}, "hello"), &response);
  }

  // Waits until calls with that key end with this status.
  void WaitFor(const std::string& key, grpc::StatusCode code) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    grpc::Status status = PublishWith(key);
    while (status.error_code() != code && Clock::now() < deadline) status = PublishWith(key);
    EXPECT_EQ(status.error_code(), code) << Describe(status);
  }

  const TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "keys.json";
  const std::string old_digest_ = DigestIn(HashOf(kOldKey));
  const std::string new_digest_ = DigestIn(HashOf(kNewKey));
  const MosquittoBroker broker_;
  std::optional<BridgeProcess> bridge_;
};

TEST_F(ApiKeysTest, AcceptsOnlyKeysOfTheFile) {
  EXPECT_TRUE(PublishWith(kOldKey).ok());
  EXPECT_EQ(PublishWith(kNewKey).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(PublishWith("").error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(ApiKeysTest, KeysChangeUnderLoadWithoutAFailedCall) {
  std::atomic<bool> use_new_key{false};
  std::atomic<bool> stop{false};
  // True once a caller has completed a call with the new key; it then uses no other.
  std::array<std::atomic<bool>, 4> changed_over{};
  std::vector<std::thread> callers;
  for (std::atomic<bool>& changed : changed_over) {
    callers.emplace_back([&] {
      while (!stop) {
        const bool is_new = use_new_key;
        const grpc::Status status = PublishWith(is_new ? kNewKey : kOldKey);
        EXPECT_TRUE(status.ok()) << Describe(status);
        if (is_new) changed = true;
      }
    });
  }
  Write(old_digest_ + ", " + new_digest_);
  WaitFor(kNewKey, grpc::StatusCode::OK);
  use_new_key = true;
  for (const std::atomic<bool>& changed : changed_over) {
    while (!changed && !HasFailure()) std::this_thread::yield();
  }
  Write(new_digest_);
  WaitFor(kOldKey, grpc::StatusCode::UNAUTHENTICATED);
  stop = true;
  for (std::thread& caller : callers) caller.join();
}

TEST_F(ApiKeysTest, AnInvalidFileIsReportedAndChangesNothing) {
  Write("\"broken\"");
  bridge_->WaitForLog("invalid key file; the previous one stays in force");
  EXPECT_TRUE(PublishWith(kOldKey).ok());
  Write(new_digest_);
  WaitFor(kNewKey, grpc::StatusCode::OK);
}

TEST_F(ApiKeysTest, NeitherKeysNorTheirHashesAreLogged) {
  EXPECT_TRUE(PublishWith(kOldKey).ok());
  EXPECT_FALSE(PublishWith(kNewKey).ok());
  bridge_->Stop();
  for (const std::string& line : bridge_->RemainingLog()) {
    EXPECT_EQ(line.find(kOldKey), std::string::npos);
    EXPECT_EQ(line.find(kNewKey), std::string::npos);
    EXPECT_EQ(line.find(old_digest_.substr(1, 16)), std::string::npos);
  }
}

TEST(HashKeyTest, PrintsAnEntry) {
  EXPECT_THAT(HashOf(kOldKey), MatchesRegex(R"(\{"name": "chat", "sha256": \["[0-9a-f]+"\]\})"));
}

TEST(HashKeyTest, RefusesInvalidKeysAndNames) {
  EXPECT_EQ(HashOf("short"), "");
  EXPECT_EQ(HashOf("a key that has spaces"), "");
  EXPECT_EQ(HashOf(kOldKey, "no/name"), "");
}

}  // namespace
}  // namespace dino::testing
