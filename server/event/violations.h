#ifndef DINO_SERVER_EVENT_VIOLATIONS_H_
#define DINO_SERVER_EVENT_VIOLATIONS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace dino::event {

// A field that breaks a rule.
struct Violation {
  // Where, such as `message.group_id` or `user_ids[3]`.
  std::string field;
  // The rule, such as "must be at most 64 characters".
  std::string description;
};

// All violations of a request.
//
// Lists the first violations, as many as fit in an error's trailers, and counts the rest. Neither
// fields nor descriptions may repeat what a user wrote: they go into logs. Takes no memory while it
// is empty. Not thread-safe.
class Violations {
 public:
  // At most this many are listed,
  static constexpr std::size_t kMaxListed = 50;
  // and at most this many bytes of them, as `google.rpc.BadRequest` encodes them.
  static constexpr std::size_t kMaxListedBytes = 4096;

  void Add(std::string field, std::string description);

  // Counts one that `Add` would not list, without building its field and description. REQUIRES:
  // full().
  void AddUnlisted() { ++total_; }

  bool empty() const { return total_ == 0; }
  // True if nothing more is listed.
  bool full() const { return full_; }
  const std::vector<Violation>& listed() const { return listed_; }
  // How many were added, listed or not.
  std::size_t total() const { return total_; }

  // One line of ASCII for people: the first few violations and how many more there are.
  std::string Summary() const;

 private:
  std::vector<Violation> listed_;
  std::size_t listed_bytes_ = 0;
  std::size_t total_ = 0;
  bool full_ = false;
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_VIOLATIONS_H_
