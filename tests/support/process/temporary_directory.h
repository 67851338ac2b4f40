#ifndef DINO_TESTS_SUPPORT_PROCESS_TEMPORARY_DIRECTORY_H_
#define DINO_TESTS_SUPPORT_PROCESS_TEMPORARY_DIRECTORY_H_

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace dino::testing {

// A new directory, deleted with this object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(Make()) {}
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path Make() {
    std::string name = std::filesystem::temp_directory_path() / "dino-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
      std::perror("mkdtemp");
      std::abort();
    }
    return name;
  }

  const std::filesystem::path path_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_TEMPORARY_DIRECTORY_H_
