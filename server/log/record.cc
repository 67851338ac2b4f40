#include "server/log/record.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "server/base/hex.h"
#include "server/base/utf8.h"

namespace dino::log {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void AppendControl(char c, std::string& out) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00" + ToHex({static_cast<unsigned char>(c)});
  }
}

// Appends `text` as the inside of a JSON string.
void AppendEscaped(std::string_view text, bool quotes, std::string& out) {
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = FirstCodePoint(text).bytes;
    if (length == 0) {
      out += kReplacement;
      length = 1;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      AppendControl(c, out);
    } else {
      if (quotes && (c == '"' || c == '\\')) out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  AppendEscaped(text, /*quotes=*/true, out);
  out += '"';
}

void AppendDouble(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> text{};
  // 15 digits read well (0.1, not 0.1000…01); 17 keep what those would lose.
  int length = std::snprintf(text.data(), text.size(), "%.15g", number);
  if (std::strtod(text.data(), nullptr) != number) {
    length = std::snprintf(text.data(), text.size(), "%.17g", number);
  }
  out.append(text.data(), static_cast<std::size_t>(length));
}

// True if a text value is unambiguous without quotes.
bool Plain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) {
      return false;
    }
  }
  return !text.empty();
}

void AppendValue(Format format, const Field::Value& value, std::string& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (format == Format::kText && Plain(*text)) {
      AppendEscaped(*text, /*quotes=*/false, out);
    } else {
      AppendQuoted(*text, out);
    }
  } else if (const auto* number = std::get_if<double>(&value)) {
    AppendDouble(*number, out);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*integer);
  } else {
    out += std::to_string(std::get<std::uint64_t>(value));
  }
}

void AppendTime(std::chrono::system_clock::time_point time, std::string& out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time - seconds);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&whole, &utc);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  out.append(text.data(), length);
  const int digits =
      std::snprintf(text.data(), text.size(), ".%06dZ", static_cast<int>(micros.count()));
  out.append(text.data(), static_cast<std::size_t>(digits));
}

std::string_view JsonName(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view TextName(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"DEBUG", "INFO", "WARNING", "ERROR"};
  return kNames[static_cast<std::size_t>(level)];
}

}  // namespace

std::string FormatRecord(Format format, std::chrono::system_clock::time_point time, Level level,
                         std::string_view message, absl::Span<const Field> fields) {
  std::string line;
  line.reserve(256);
  if (format == Format::kText) {
    AppendTime(time, line);
    line.append(" ").append(TextName(level)).append(" ");
    AppendEscaped(message, /*quotes=*/false, line);
    for (const Field& field : fields) {
      line += ' ';
      AppendEscaped(field.key, /*quotes=*/false, line);
      line += '=';
      AppendValue(format, field.value, line);
    }
  } else {
    line += R"({"time":")";
    AppendTime(time, line);
    line.append(R"(","level":")").append(JsonName(level)).append(R"(","message":)");
    AppendQuoted(message, line);
    for (const Field& field : fields) {
      line += ',';
      AppendQuoted(field.key, line);
      line += ':';
      AppendValue(format, field.value, line);
    }
    line += '}';
  }
  line += '\n';
  return line;
}

}  // namespace dino::log
