#ifndef DINO_BENCH_LOAD_LOAD_OPTIONS_H_
#define DINO_BENCH_LOAD_LOAD_OPTIONS_H_

#include <chrono>
#include <string>

#include "bench/base/measured_span.h"
#include "bench/load/requests.h"

namespace dino::bench {

enum class Rpc { kUnary, kStream, kBatch };

enum class Mode {
  // Each caller calls again when it is answered.
  kClosed,
  // At a fixed rate.
  kOpen,
  // Each caller pauses for one to two seconds.
  kSparse,
  // All callers at once, again and again.
  kRounds,
  // The server holds all calls, for its memory is measured.
  kHeld,
};

// What load to put on which server.
struct LoadOptions {
  std::string address;
  // The CA for the server's certificate, PEM; empty: no TLS.
  std::string tls_ca;
  // The caller's API key; empty: none. Only with TLS.
  std::string api_key;
  Rpc rpc = Rpc::kUnary;
  Mode mode = Mode::kClosed;
  EventShape shape;
  int callers = 8;
  // Over which the callers are spread, and threads that drive them.
  int connections = 1;
  int threads = 1;
  // Of one PublishBatch call.
  int batch = 100;
  // Events without an answer of one PublishStream call.
  int window = 100;
  // Calls per second, of Mode::kOpen.
  double rate = 0;
  std::chrono::nanoseconds deadline{};
  SpanOptions span;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_LOAD_OPTIONS_H_
