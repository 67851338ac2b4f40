#ifndef DINO_SERVER_APP_COMMAND_LINE_H_
#define DINO_SERVER_APP_COMMAND_LINE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dino::app {

// The command line's flags, with values that are not checked yet.
struct CommandLine {
  bool help = false;
  bool version = false;
  // The value of each flag given, by the setting's name.
  std::map<std::string, std::string, std::less<>> values;
  std::vector<std::string> errors;
};

// Reads `--name=value`, `--name value`, `--help`, `-h` and `--version`. Errors are an unknown flag,
// a flag given twice or without a value, and any other argument.
//
// Does not repeat the value of an unknown flag: it may be a secret.
CommandLine ReadCommandLine(int argc, const char* const* argv);

// The known flag that `name` was probably meant to be, empty if none is close.
std::string_view ClosestFlag(std::string_view name);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_COMMAND_LINE_H_
