#ifndef DINO_SERVER_EVENT_REQUEST_SCAN_H_
#define DINO_SERVER_EVENT_REQUEST_SCAN_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"
#include "server/event/violations.h"
#include "server/event/wire_reader.h"

namespace dino::event {

// Looks through a request's bytes along its descriptor before they are parsed, or when they could
// not be: what is wrong with them, and how much memory the parsed request would take.
//
// Takes time linear in the bytes, and next to no memory: neither for what it reads nor for more
// violations than are listed.
class RequestScan {
 public:
  // It finds a violation, too, where the parsed request would take more than `max_parsed_bytes`.
  RequestScan(std::size_t max_parsed_bytes, Violations& violations)
      : max_parsed_bytes_(max_parsed_bytes), violations_(violations) {}
  RequestScan(const RequestScan&) = delete;
  RequestScan& operator=(const RequestScan&) = delete;

  // Adds every string that is not UTF-8 by its path, and every message that cannot be read by its
  // path, or `request` for the whole. Call it once.
  void Run(std::string_view bytes, const google::protobuf::Descriptor& type);

  // The rule that a message breaks which cannot be read.
  static std::string NotReadable(const google::protobuf::Descriptor& type);

  // At most so many bytes the parsed request takes, beside those on the wire; unspecified if it
  // cannot be parsed.
  std::size_t parsed_bytes() const { return parsed_bytes_; }

 private:
  // Where it is: a field, the entry of it, and what that is in.
  struct Place {
    const Place* around = nullptr;
    const google::protobuf::FieldDescriptor* field = nullptr;
    // Of a repeated field; below 0 for the whole list.
    int index = -1;
    int depth = 0;
  };

  static std::string PathOf(const Place& place);

  void Message(std::string_view bytes, const google::protobuf::Descriptor& type,
               const Place& place);
  void Known(const WireField& field, const Place& place);
  void Bytes(std::string_view bytes, const Place& place);
  void List(std::string_view bytes, const Place& place);
  // What it takes in memory.
  void Charge(std::size_t bytes, const Place& place);
  // Of the value in an entry of a map, which has one in any case.
  std::size_t ValueBytes(const google::protobuf::Descriptor& entry);
  std::size_t SizeOf(const google::protobuf::Descriptor& type);
  void Add(const Place& place, std::string_view description);

  const std::size_t max_parsed_bytes_;
  Violations& violations_;
  std::size_t parsed_bytes_ = 0;
  // A list of numbers ends within one: that breaks the whole.
  bool list_is_broken_ = false;
  absl::flat_hash_map<const google::protobuf::Descriptor*, std::size_t> sizes_;
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_REQUEST_SCAN_H_
