#ifndef DINO_SERVER_FANOUT_RESUME_TOKEN_H_
#define DINO_SERVER_FANOUT_RESUME_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/fanout/acknowledgements.h"
#include "server/fanout/event_id.h"
#include "server/fanout/fingerprint.h"

namespace dino::fanout {

// What a failed call gives back to its caller, so that a repeated one completes the event at
// whatever server takes it: which event it is, and who has acknowledged it.
//
// As bytes: a version (1), the ID (16 bytes), the fingerprint (16), two sets (who is acknowledged,
// and who of them without a subscriber) and a checksum (8). A set is a kind (1 byte), a length
// (varint) and either a bit for each recipient in the sorted order, or varints that count in turn
// those who are not and those who are in it; what it does not reach is not in it. The checksum
// finds mistakes, not forgeries: a caller who makes up a token keeps its own event from recipients,
// and names it as it likes.
struct ResumeToken {
  EventId event_id{};
  Fingerprint fingerprint;
  // By place in the sorted order; see `SortedOrder`.
  Acknowledgements acknowledgements{0};
};

// Of more acknowledgements than fit, as many as do are in it.
inline constexpr std::size_t kMaxResumeTokenBytes = 2048;

std::string Encode(const ResumeToken& token);

// The same of what is known by index in a request.
std::string MakeResumeToken(const EventId& event_id, const Fingerprint& fingerprint,
                            const Recipients& recipients, const Acknowledgements& by_index);

// None if that is no token of an event with so many recipients.
std::optional<ResumeToken> DecodeResumeToken(std::string_view bytes, std::uint32_t recipient_count);

// Has an event go on where the attempt ended that its caller got this token from. False if the
// token is damaged or belongs to another event.
bool Resume(std::string_view token, Event& event);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_RESUME_TOKEN_H_
