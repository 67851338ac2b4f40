// A resume token that was given out, then damaged, or made up.
#include "server/fanout/resume_token.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/digest.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

using fanout::Acknowledgements;
using fanout::Event;

constexpr std::uint32_t kMaxRecipients = 300;
constexpr std::size_t kChecksumBytes = 8;

Event EventFrom(Input& input) {
  Event event;
  event.type = input.Bool() ? "message" : "group";
  event.json = input.Bool() ? "{}" : R"({"a":1})";
  std::vector<std::int64_t> users(1 + input.Below(kMaxRecipients));
  std::iota(users.begin(), users.end(), 1 + static_cast<std::int64_t>(input.Below(4)));
  event.recipients = users;
  if (input.Bool()) event.id = fanout::EventIdOf("caller", input.Bool() ? "a" : "b");
  return event;
}

Acknowledgements AcknowledgementsFrom(Input& input, std::uint32_t count) {
  Acknowledgements acknowledgements(count);
  std::uint32_t index = 0;
  for (std::size_t runs = input.Below(40); runs > 0; --runs) {
    index += static_cast<std::uint32_t>(input.Below(20));
    const bool subscribed = input.Bool();
    for (std::size_t left = input.Below(20); left > 0 && index < count; --left) {
      acknowledgements.Add(
          index++, subscribed ? mqtt::Outcome::kAcknowledged : mqtt::Outcome::kNoSubscriber);
    }
  }
  return acknowledgements;
}

void Damage(Input& input, std::string& token) {
  while (!input.empty()) {
    const std::size_t at = input.Below(token.size() + 1);
    switch (input.Below(3)) {
      case 0:
        token.insert(at, input.Text(4));
        break;
      case 1:
        token.erase(at, 1 + input.Below(4));
        break;
      default:
        if (at < token.size()) token[at] = static_cast<char>(input.Byte());
    }
  }
}

// Gives a made-up token the checksum that it must have.
void Forge(std::string& token) {
  if (token.size() < kChecksumBytes) return;
  token.resize(token.size() - kChecksumBytes);
  const Sha256Digest digest = Sha256({"dino.events resume token 1", token});
  token.append(reinterpret_cast<const char*>(digest.data()), kChecksumBytes);
}

// Whatever a token says: of each recipient it says one thing.
void RequireSound(const Acknowledgements& known, std::uint32_t count) {
  Require(known.recipient_count() == count, "a token is about all recipients");
  Require(known.no_subscriber_count() <= known.count() && known.count() <= count,
          "what a token says adds up");
  std::uint32_t acknowledged = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!known.Has(i)) continue;
    ++acknowledged;
    Require(mqtt::IsAcknowledged(known.OutcomeOf(i).outcome), "it says who is acknowledged");
  }
  Require(acknowledged == known.count(), "and counts them");
}

bool IsSame(const Acknowledgements& a, const Acknowledgements& b) {
  if (a.count() != b.count() || a.no_subscriber_count() != b.no_subscriber_count()) return false;
  for (std::uint32_t i = 0; i < a.recipient_count(); ++i) {
    if (a.Has(i) != b.Has(i)) return false;
    if (a.Has(i) && a.OutcomeOf(i).outcome != b.OutcomeOf(i).outcome) return false;
  }
  return true;
}

}  // namespace

void FuzzResumeToken(std::string_view bytes) {
  Input input(bytes);
  Event given = EventFrom(input);
  Event repeated = EventFrom(input);
  const auto count = static_cast<std::uint32_t>(given.recipients.size());
  const Acknowledgements known = AcknowledgementsFrom(input, count);
  const fanout::EventId id = given.id.value_or(fanout::EventIdOf("", "random"));
  const std::string token =
      fanout::MakeResumeToken(id, fanout::FingerprintOf(given), given.recipients, known);
  Require(token.size() <= fanout::kMaxResumeTokenBytes, "a token is not too long");

  const bool is_same = fanout::FingerprintOf(given) == fanout::FingerprintOf(repeated) &&
                       (!repeated.id.has_value() || *repeated.id == id);
  Require(Resume(token, repeated) == is_same, "a token is taken for its own event, and no other");
  Require(repeated.earlier.has_value() == is_same, "what is refused changes nothing");
  if (is_same) Require(IsSame(*repeated.earlier, known), "a token says what was known");

  const bool forged = input.Bool();
  std::string damaged = token;
  Damage(input, damaged);
  if (forged) Forge(damaged);
  if (damaged == token) return;
  const bool taken = Resume(damaged, given);
  // The checksum finds mistakes: who forges one names the recipients of his own event only.
  Require(forged || !taken, "a damaged token is refused");
  if (taken) RequireSound(*given.earlier, count);
}

}  // namespace dino::fuzz
