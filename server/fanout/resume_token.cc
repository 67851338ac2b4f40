#include "server/fanout/resume_token.h"

#include <algorithm>
#include <cstring>

#include "absl/numeric/bits.h"
#include "server/base/digest.h"
#include "server/base/little_endian.h"
#include "server/fanout/sorted_order.h"

namespace dino::fanout {
namespace {

using Words = Acknowledgements::Words;

constexpr char kVersion = 1;
constexpr char kBits = 0;
constexpr char kRuns = 1;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kIdBytes = sizeof(EventId);
constexpr std::size_t kHeadBytes = 1 + kIdBytes + 16;
// The kind and the length of a set.
constexpr std::size_t kSetHeadBytes = 1 + 2;
constexpr std::string_view kChecksumName = "dino.events resume token 1";

std::string ChecksumOf(std::string_view bytes) {
  const Sha256Digest digest = Sha256({kChecksumName, bytes});
  return {reinterpret_cast<const char*>(digest.data()), kChecksumBytes};
}

void AppendVarint(std::uint32_t number, std::string& bytes) {
  for (; number >= 0x80; number >>= 7U) {
    bytes.push_back(static_cast<char>((number & 0x7FU) | 0x80U));
  }
  bytes.push_back(static_cast<char>(number));
}

// Reads from the front of what is left; false from the first thing on that is not there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  bool Take(std::size_t count, std::string_view& taken) {
    if (bytes_.size() < count) return false;
    taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return true;
  }
  bool TakeNumber(std::uint64_t& number) {
    std::string_view taken;
    if (!Take(kLittleEndianBytes, taken)) return false;
    number = ReadLittleEndian(taken);
    return true;
  }
  bool TakeVarint(std::uint32_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
      std::string_view taken;
      if (!Take(1, taken)) return false;
      const auto byte = static_cast<unsigned char>(taken.front());
      number |= (byte & 0x7FU) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

 private:
  std::string_view bytes_;
};

bool Bit(const Words& words, std::uint32_t place) {
  return (words[place / 64] >> place % 64 & 1U) != 0;
}

// The first place from `place` on that is in the set, or is not; `count` if there is none.
std::uint32_t Next(const Words& words, std::uint32_t place, std::uint32_t count, bool in_set) {
  while (place < count) {
    const std::uint64_t word = (in_set ? words[place / 64] : ~words[place / 64]) >> place % 64;
    if (word != 0) {
      return std::min(count, place + static_cast<std::uint32_t>(absl::countr_zero(word)));
    }
    place += 64 - place % 64;
  }
  return count;
}

// As runs, if that takes at most so many bytes.
std::optional<std::string> RunsOf(const Words& words, std::uint32_t count, std::size_t most_bytes) {
  std::string runs;
  for (std::uint32_t place = 0; place < count;) {
    const std::uint32_t begin = Next(words, place, count, true);
    if (begin == count) break;
    const std::uint32_t end = Next(words, begin, count, false);
    AppendVarint(begin - place, runs);
    AppendVarint(end - begin, runs);
    if (runs.size() > most_bytes) return std::nullopt;
    place = end;
  }
  return runs;
}

std::string BitsOf(const Words& words, std::uint32_t count, std::size_t most_bytes) {
  const std::size_t bytes = std::min<std::size_t>((count + 7) / 8, most_bytes);
  std::string bits;
  for (std::size_t i = 0; i < bytes; ++i) {
    bits.push_back(static_cast<char>(words[i / 8] >> (8 * (i % 8)) & 0xFFU));
  }
  return bits;
}

void AppendSet(const Words& words, std::uint32_t count, std::string& bytes) {
  const std::size_t used = bytes.size() + kSetHeadBytes + kChecksumBytes;
  // A set after this one has a head at least.
  const std::size_t room =
      kMaxResumeTokenBytes - std::min(kMaxResumeTokenBytes, used + kSetHeadBytes);
  const std::uint32_t known = words.empty() ? 0 : count;
  std::string bits = BitsOf(words, known, room);
  const std::optional<std::string> runs = RunsOf(words, known, bits.size());
  bytes.push_back(runs.has_value() ? kRuns : kBits);
  const std::string& shorter = runs.has_value() ? *runs : bits;
  AppendVarint(static_cast<std::uint32_t>(shorter.size()), bytes);
  bytes += shorter;
}

bool ReadRuns(std::string_view runs, std::uint32_t count, Words& words) {
  Reader reader(runs);
  std::uint64_t place = 0;
  while (!reader.empty()) {
    std::uint32_t gap = 0;
    std::uint32_t length = 0;
    if (!reader.TakeVarint(gap) || !reader.TakeVarint(length)) return false;
    place += gap;
    if (place + length > count) return false;
    for (const std::uint64_t end = place + length; place < end; ++place) {
      words[place / 64] |= std::uint64_t{1} << place % 64;
    }
  }
  return true;
}

bool ReadBits(std::string_view bits, std::uint32_t count, Words& words) {
  if (bits.size() > (std::size_t{count} + 7) / 8) return false;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    words[i / 8] |= std::uint64_t{static_cast<unsigned char>(bits[i])} << (8 * (i % 8));
  }
  // Those behind the last recipient.
  return count % 64 == 0 || words.back() >> count % 64 == 0;
}

bool TakeSet(Reader& reader, std::uint32_t count, Words& words) {
  std::string_view kind;
  std::uint32_t size = 0;
  std::string_view set;
  if (!reader.Take(1, kind) || !reader.TakeVarint(size) || !reader.Take(size, set)) return false;
  words.resize((std::size_t{count} + 63) / 64);
  if (kind.front() == kRuns) return ReadRuns(set, count, words);
  return kind.front() == kBits && ReadBits(set, count, words);
}

}  // namespace

std::string Encode(const ResumeToken& token) {
  const Acknowledgements& acknowledgements = token.acknowledgements;
  std::string bytes(1, kVersion);
  bytes.append(reinterpret_cast<const char*>(token.event_id.data()), token.event_id.size());
  AppendLittleEndian(token.fingerprint.high, bytes);
  AppendLittleEndian(token.fingerprint.low, bytes);
  for (const Words* words : {&acknowledgements.acknowledged(), &acknowledgements.no_subscriber()}) {
    AppendSet(*words, acknowledgements.recipient_count(), bytes);
  }
  return bytes + ChecksumOf(bytes);
}

std::string MakeResumeToken(const EventId& event_id, const Fingerprint& fingerprint,
                            const Recipients& recipients, const Acknowledgements& by_index) {
  // Sorting takes its time, and where nothing is acknowledged all orders are the same.
  return Encode({event_id, fingerprint,
                 by_index.count() == 0 ? by_index : SortedOrder(recipients).Sort(by_index)});
}

std::optional<ResumeToken> DecodeResumeToken(std::string_view bytes,
                                             std::uint32_t recipient_count) {
  if (bytes.size() < kHeadBytes + kChecksumBytes || bytes.size() > kMaxResumeTokenBytes ||
      bytes.front() != kVersion) {
    return std::nullopt;
  }
  const std::string_view checksum = bytes.substr(bytes.size() - kChecksumBytes);
  bytes.remove_suffix(kChecksumBytes);
  if (ChecksumOf(bytes) != checksum) return std::nullopt;
  bytes.remove_prefix(1);
  Reader reader(bytes);
  ResumeToken token;
  std::string_view id;
  Words acknowledged;
  Words no_subscriber;
  const bool whole = reader.Take(kIdBytes, id) && reader.TakeNumber(token.fingerprint.high) &&
                     reader.TakeNumber(token.fingerprint.low) &&
                     TakeSet(reader, recipient_count, acknowledged) &&
                     TakeSet(reader, recipient_count, no_subscriber) && reader.empty();
  if (!whole) return std::nullopt;
  std::memcpy(token.event_id.data(), id.data(), id.size());
  token.acknowledgements = Acknowledgements(recipient_count);
  for (std::uint32_t place = 0; place < recipient_count; ++place) {
    if (!Bit(acknowledged, place)) continue;
    token.acknowledgements.Add(place, Bit(no_subscriber, place) ? mqtt::Outcome::kNoSubscriber
                                                                : mqtt::Outcome::kAcknowledged);
  }
  return token;
}

bool Resume(std::string_view token, Event& event) {
  const auto size = static_cast<std::uint32_t>(event.recipients.size());
  const std::optional<ResumeToken> read = DecodeResumeToken(token, size);
  if (!read.has_value() || read->fingerprint != FingerprintOf(event)) return false;
  if (event.id.has_value() && *event.id != read->event_id) return false;
  event.id = read->event_id;
  event.earlier = SortedOrder(event.recipients).Unsort(read->acknowledgements);
  return true;
}

}  // namespace dino::fanout
