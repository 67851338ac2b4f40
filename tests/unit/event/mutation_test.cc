// Randomly damages serialized requests, the same way in every run.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>

#include "rapidjson/memorystream.h"
#include "rapidjson/reader.h"
#include "server/event/request_parser.h"
#include "server/event/request_scan.h"
#include "tests/unit/event/quiet_protobuf.h"
#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

constexpr int kRounds = 10000;

bool IsJson(const std::string& json) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> ignore;
  const rapidjson::ParseResult result =
      reader.Parse<rapidjson::kParseValidateEncodingFlag>(stream, ignore);
  return !result.IsError();
}

template <typename Request>
class MutationTest : public ::testing::Test {
 protected:
  std::size_t Below(std::size_t bound) { return random_() % bound; }

  void MutateOnce(std::string& bytes) {
    static constexpr std::array<unsigned char, 13> kInteresting = {
        0x00, 0x01, 0x0A, 0x1F, 0x22, 0x5C, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFE, 0xFF};
    if (bytes.empty()) bytes = "\x0A";
    const std::size_t at = Below(bytes.size());
    // Most of the damage keeps the lengths right; otherwise hardly anything would parse.
    switch (Below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        bytes[at] = static_cast<char>(kInteresting[Below(kInteresting.size())]);
        break;
      case 5:
        bytes.insert(at, 1, static_cast<char>(Below(256)));
        break;
      case 6:
        bytes.erase(at, 1 + Below(4));
        break;
      case 7:
        bytes.resize(at);
        break;
      case 8:
        bytes.insert(at, bytes.substr(Below(bytes.size()), 1 + Below(16)));
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
        break;
    }
  }

  std::mt19937_64 random_{20200819};

 private:
  const QuietProtobuf quiet_;
};

// clang requires a third argument; an empty one means the default.
TYPED_TEST_SUITE(MutationTest, AllRequests, );

TYPED_TEST(MutationTest, EveryDamageIsExplainedOrPublishedAsJson) {
  auto valid = Valid<TypeParam>();
  valid.mutable_options()->mutable_expiry()->set_seconds(60);
  valid.mutable_options()->set_idempotency_key("key");
  const std::string original = valid.SerializeAsString();
  int unreadable = 0;
  int refused = 0;
  int published = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = original;
    for (std::size_t left = 1 + this->Below(2); left > 0; --left) this->MutateOnce(bytes);
    TypeParam request;
    Violations violations;
    const bool parsed = ParseRequest(bytes, kMaxParsedBytes, request, violations);
    Violations found;
    RequestScan(kMaxParsedBytes, found).Run(bytes, *request.GetDescriptor());
    // Larger requests are parsed only if the scan finds nothing.
    ASSERT_EQ(found.empty(), parsed) << ::testing::PrintToString(bytes);
    if (!parsed) {
      ++unreadable;
      ASSERT_FALSE(violations.empty());
      ASSERT_FALSE(violations.Summary().empty());
      continue;
    }
    ASSERT_TRUE(violations.empty());
    violations = Validate(request, Limits());
    if (!violations.empty()) {
      ++refused;
      ASSERT_FALSE(violations.Summary().empty());
      continue;
    }
    ++published;
    ASSERT_TRUE(IsJson(EventJson(request)));
    const Recipients recipients = RecipientsOf(request);
    ASSERT_FALSE(recipients.user_ids.empty() && recipients.topics.empty());
  }
  // The damage must lead to all three, or the test proves nothing.
  EXPECT_GT(unreadable, kRounds / 20);
  EXPECT_GT(refused, kRounds / 20);
  EXPECT_GT(published, kRounds / 20);
}

}  // namespace
}  // namespace dino::event
