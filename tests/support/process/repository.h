#ifndef DINO_TESTS_SUPPORT_PROCESS_REPOSITORY_H_
#define DINO_TESTS_SUPPORT_PROCESS_REPOSITORY_H_

#include <string>

namespace dino::testing {

// A file of the repository, by its path there.
std::string RepositoryFile(const std::string& path);

// A program of the same build as this one.
std::string BuiltProgram(const std::string& name);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_REPOSITORY_H_
