// A schema, a line feed, an answer: whatever they are, checking and validating ends, and every
// error names its field.

#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/json.hpp"
#include "core/form/form.hpp"

namespace form = fermata::form;
namespace json = fermata::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t split = text.find('\n');
  if (split == std::string_view::npos) return 0;
  const auto schema = json::parse(text.substr(0, split));
  const auto answer = json::parse(text.substr(split + 1));
  if (!schema || !answer || !form::check_schema(*schema)) return 0;
  for (const form::FieldError& error : form::validate(*schema, *answer)) {
    FERMATA_ASSERT(error.pointer.empty() || error.pointer.front() == '/', "a JSON pointer");
    FERMATA_ASSERT(!error.type.empty() && !error.message.empty(), "an error says what is wrong");
  }
  return 0;
}
