#ifndef DINO_SERVER_LOG_LOG_H_
#define DINO_SERVER_LOG_LOG_H_

#include <initializer_list>
#include <string_view>

#include "absl/types/span.h"
#include "server/log/record.h"

// The process's log: one line a record, to standard error.
//
//   log::Warning("session lost", {{"broker", address}, {"attempt", 3}});
//
// Never log a payload, a credential or a user's text.
//
// All functions are thread-safe and none fails: a line that cannot be written is lost.
// Between `Start` and `Stop`, writing a record never blocks, even when nobody reads the
// log: a bounded queue then loses its oldest lines, and a later line, "log lines
// dropped", says how many.
namespace dino::log {

// Starts the thread that writes the log. Records below `level` are skipped. A second
// call without `Stop` in between does nothing. Records written earlier go straight to
// standard error, as text.
//
// The caller owns `descriptor`, which must stay open until `Stop` has returned.
void Start(Level level, Format format, int descriptor = 2);

// Writes out what is queued, for at most a second if nobody reads it, and ends the
// thread. Later records go straight to standard error, as text.
void Stop();

// True if a record of `level` would be written.
bool Enabled(Level level);

// Writes one record, whatever its level. Its time is now.
void WriteAlways(Level level, std::string_view message, absl::Span<const Field> fields = {});

// Writes one record if its level is enabled. Its time is now.
void Write(Level level, std::string_view message, absl::Span<const Field> fields = {});

inline void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kInfo, message, fields);
}
inline void Warning(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kWarning, message, fields);
}
inline void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kError, message, fields);
}

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_LOG_H_
