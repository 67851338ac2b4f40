#include "server/event/json_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::event {
namespace {

TEST(JsonWriterTest, WritesAnyByteAnywhereAsRapidJsonDoes) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(size, 'x');
        text[place] = static_cast<char>(byte);
        rapidjson::StringBuffer buffer;
        JsonWriter writer(buffer);
        writer.Text(text);
        rapidjson::StringBuffer expected_buffer;
        rapidjson::Writer<rapidjson::StringBuffer> expected(expected_buffer);
        expected.String(text.data(), static_cast<rapidjson::SizeType>(size));
        ASSERT_EQ(std::string(buffer.GetString(), buffer.GetSize()),
                  std::string(expected_buffer.GetString(), expected_buffer.GetSize()));
      }
    }
  }
}

}  // namespace
}  // namespace dino::event
