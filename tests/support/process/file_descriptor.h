#ifndef DINO_TESTS_SUPPORT_PROCESS_FILE_DESCRIPTOR_H_
#define DINO_TESTS_SUPPORT_PROCESS_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace dino::testing {

// Owns an open file descriptor, or none (-1).
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { Close(); }

  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

  void Close() {
    if (number_ >= 0) close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_FILE_DESCRIPTOR_H_
