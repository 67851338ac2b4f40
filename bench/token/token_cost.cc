// How long it takes to make and to read a resume token of 10,000 recipients.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/base/json_line.h"
#include "bench/base/program.h"
#include "server/fanout/resume_token.h"
#include "server/fanout/sorted_order.h"

namespace dino::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kRecipients = 10000;
constexpr int kRepetitions = 201;

template <typename Work>
double MedianMicroseconds(const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < kRepetitions; ++i) {
    const auto begin = steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::micro>(steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + kRepetitions / 2, times.end());
  return times[kRepetitions / 2];
}

absl::Status Run() {
  std::mt19937 random(1);
  std::vector<std::int64_t> users(kRecipients);
  std::iota(users.begin(), users.end(), 1'000'000);
  std::vector<std::int64_t> shuffled = users;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  fanout::Acknowledgements half(kRecipients);
  for (std::uint32_t i = 0; i < kRecipients; ++i) {
    if (random() % 2 == 0) half.Add(i, mqtt::Outcome::kAcknowledged);
  }
  const fanout::EventId id = fanout::RandomEventId();
  const auto encode = [&](const fanout::Recipients& recipients) {
    return fanout::Encode({id, {}, fanout::SortedOrder(recipients).Sort(half)});
  };
  const std::string token = encode(users);
  JsonLine()
      .Add("program", "token-cost")
      .Add("bytes", static_cast<std::uint64_t>(token.size()))
      .Add("encode_us", MedianMicroseconds([&] {
             fanout::Encode({id, {}, half});
           }))
      .Add("make_sorted_us",
           MedianMicroseconds([&, recipients = fanout::Recipients(users)] { encode(recipients); }))
      .Add("make_shuffled_us", MedianMicroseconds([&, recipients = fanout::Recipients(shuffled)] {
             encode(recipients);
           }))
      .Add("decode_us", MedianMicroseconds([&] { fanout::DecodeResumeToken(token, kRecipients); }))
      .Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  return dino::bench::RunProgram(argc, argv, "token-cost", "Measures what resume tokens cost.",
                                 dino::bench::Run);
}
