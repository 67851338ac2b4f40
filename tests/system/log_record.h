#ifndef DINO_TESTS_SYSTEM_LOG_RECORD_H_
#define DINO_TESTS_SYSTEM_LOG_RECORD_H_

#include <google/protobuf/struct.pb.h>

#include <string>

namespace dino::testing {

// A record of the server's log.
class LogRecord {
 public:
  LogRecord() = default;
  // A line that is not a JSON object becomes an empty record.
  explicit LogRecord(const std::string& line);

  // The whole line.
  const std::string& text() const { return text_; }
  std::string message() const { return Text("message"); }
  // A field's value; empty or 0 if there is none.
  std::string Text(const std::string& name) const;
  double Number(const std::string& name) const;

 private:
  std::string text_;
  google::protobuf::Struct fields_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_LOG_RECORD_H_
