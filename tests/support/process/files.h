#ifndef DINO_TESTS_SUPPORT_PROCESS_FILES_H_
#define DINO_TESTS_SUPPORT_PROCESS_FILES_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace dino::testing {

// The content of a file; empty if it cannot be read.
inline std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Atomically creates or replaces a file with that content, as careful programs do.
inline void ReplaceContent(const std::string& path, const std::string& content) {
  std::ofstream(path + ".new", std::ios::binary) << content;
  std::filesystem::rename(path + ".new", path);
}

// The same with a copy of another file.
inline void ReplaceFile(const std::string& path, const std::string& with) {
  std::filesystem::copy_file(with, path + ".new");
  std::filesystem::rename(path + ".new", path);
}

// Writes a file in a directory; returns its path.
inline std::string WriteFile(const std::filesystem::path& directory, const std::string& name,
                             const std::string& content) {
  std::string path = directory / name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_FILES_H_
