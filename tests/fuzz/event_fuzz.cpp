// Whatever bytes lie in the database: no crash, and an event that can be read is written in one
// canonical form, which is read as the same event.

#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/json.hpp"
#include "codec/documents.hpp"
#include "codec/event_codec.hpp"

namespace codec = fermata::codec;
namespace json = fermata::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto recorded = codec::decode(text);
  if (!recorded) return 0;
  const std::string body = codec::encode(*recorded);
  const auto parsed = json::parse(body);
  FERMATA_ASSERT(parsed && json::canonical(*parsed) == body, "events are canonical");
  const auto again = codec::decode(body);
  FERMATA_ASSERT(again && codec::encode(*again) == body, "an event survives writing and reading");
  FERMATA_ASSERT(codec::event_document(body, "", ""), "what can be read can be shown");
  return 0;
}
