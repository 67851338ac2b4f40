#include "server/app/command_line.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "server/app/setting_table.h"
#include "server/base/printable_text.h"

namespace dino::app {
namespace {

// Of a name that is not ours, in an error.
constexpr std::size_t kMaxNameBytes = 80;

// The edit distance: how many characters to insert, delete or replace to turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

bool Known(std::string_view name) {
  const auto& table = SettingTable();
  return std::any_of(table.begin(), table.end(),
                     [name](const Setting& setting) { return setting.name == name; });
}

std::string UnknownFlag(std::string_view name) {
  std::string error = "--" + PrintableText(name, kMaxNameBytes) + ": unknown flag";
  const std::string_view closest = ClosestFlag(name);
  if (!closest.empty()) error.append("; did you mean --").append(closest).append("?");
  return error;
}

// Walks over the arguments.
class Reader {
 public:
  Reader(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) arguments_.emplace_back(argv[i]);
  }

  CommandLine Read() {
    while (next_ < arguments_.size()) {
      const std::string_view argument = arguments_[next_++];
      if (argument == "--help" || argument == "-h") {
        result_.help = true;
      } else if (argument == "--version") {
        result_.version = true;
      } else if (argument.size() > 2 && argument.substr(0, 2) == "--") {
        ReadFlag(argument.substr(2));
      } else {
        Fail(Quoted(argument) + ": unexpected argument; flags begin with --");
      }
    }
    return std::move(result_);
  }

 private:
  void ReadFlag(std::string_view flag) {
    const std::size_t equals = flag.find('=');
    const std::string_view name = flag.substr(0, equals);
    std::string_view value;
    bool has_value = equals != std::string_view::npos;
    if (has_value) {
      value = flag.substr(equals + 1);
    } else if (next_ < arguments_.size() && arguments_[next_].substr(0, 2) != "--") {
      value = arguments_[next_++];
      has_value = true;
    }
    if (!Known(name)) {
      Fail(UnknownFlag(name));
    } else if (!has_value) {
      Fail("--" + std::string(name) + ": needs a value, as in --" + std::string(name) + "=VALUE");
    } else if (!result_.values.emplace(name, value).second) {
      Fail("--" + std::string(name) + ": given more than once");
    }
  }

  void Fail(std::string error) { result_.errors.push_back(std::move(error)); }

  std::vector<std::string_view> arguments_;
  std::size_t next_ = 0;
  CommandLine result_;
};

}  // namespace

std::string_view ClosestFlag(std::string_view name) {
  constexpr std::size_t kLongestName = 40;
  if (name.size() > kLongestName) return "";
  std::string_view closest;
  // A third of the letters may be wrong, but no more than three.
  std::size_t least = std::min<std::size_t>(name.size() / 3, 3) + 1;
  for (const Setting& setting : SettingTable()) {
    const std::size_t distance = EditDistance(name, setting.name);
    if (distance >= least) continue;
    least = distance;
    closest = setting.name;
  }
  return closest;
}

CommandLine ReadCommandLine(int argc, const char* const* argv) { return Reader(argc, argv).Read(); }

}  // namespace dino::app
