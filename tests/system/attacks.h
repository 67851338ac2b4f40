#ifndef DINO_TESTS_SYSTEM_ATTACKS_H_
#define DINO_TESTS_SYSTEM_ATTACKS_H_

#include <string>

#include "tests/support/http2/http2_peer.h"

namespace dino::testing {

// What strangers and a hostile caller send. Each takes one connection, which the server may end,
// and returns when it has done its worst.

// No key; bodies that never become whole.
void SendHalfBodies(Http2Peer& peer);

// No key, and as many streams as it likes, since the server's limit is in force only when it is
// acknowledged.
void OpenWatches(Http2Peer& peer);

// A header that does not end. Costs a gRPC before 1.56 much; the test says where that counts.
void SendHeaderWithoutEnd(Http2Peer& peer);

// Large answers of which no byte may be sent.
void ReadNoAnswers(Http2Peer& peer, const std::string& api_key);

// Texts whose JSON is six times as large, and bytes that are no request.
void SendLargeRequests(Http2Peer& peer, const std::string& api_key);

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_ATTACKS_H_
