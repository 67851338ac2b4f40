#ifndef DINO_BENCH_BASE_JSON_LINE_H_
#define DINO_BENCH_BASE_JSON_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace dino::bench {

// One line of results: a flat JSON object. Names and texts must need no escapes.
class JsonLine {
 public:
  JsonLine& Add(std::string_view name, std::string_view text);
  JsonLine& Add(std::string_view name, double number);
  JsonLine& Add(std::string_view name, std::uint64_t number);

  // Writes it to standard output at once.
  void Print() const;

  std::string text() const { return "{" + members_ + "}"; }

 private:
  void Append(std::string_view name, std::string_view value);

  std::string members_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_JSON_LINE_H_
