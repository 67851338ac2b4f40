#ifndef DINO_SERVER_FANOUT_EXPLANATIONS_H_
#define DINO_SERVER_FANOUT_EXPLANATIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/base/mutex.h"
#include "server/fanout/call_result.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// What was said about the failures of one event: the first explanation of each reason code, of the
// first few codes. An event without failures has none, and neither locks nor allocates for it.
// Thread-safe.
class Explanations {
 public:
  void Add(const mqtt::Explanation& explanation);

  // Completes a summary by what was said about its reason code.
  void Write(ResultSummary& summary) const;

 private:
  struct Entry {
    std::uint8_t reason_code = 0;
    std::string reason_string;
    std::size_t limit = 0;
    std::size_t actual = 0;
  };

  const Entry* Find(std::uint8_t reason_code) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EXPLANATIONS_H_
