// Whatever bytes come in: no crash, and what is accepted survives writing and reading, has one
// canonical form, and a Value equals itself.

#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/json.hpp"

namespace json = fermata::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string canonical = json::canonical(*value);
  for (const std::string& text : {json::write(*value), json::pretty(*value), canonical}) {
    const auto again = json::parse(text);
    FERMATA_ASSERT(again, "what was written can be read");
    FERMATA_ASSERT(*again == *value, "what was read is what was written");
    FERMATA_ASSERT(json::canonical(*again) == canonical, "one value has one canonical form");
  }
  return 0;
}
