#include "codec/event_codec.hpp"

#include "base/hash.hpp"
#include "codec/envelope.hpp"
#include "codec/reader.hpp"
#include "codec/upcast.hpp"
#include "codec/writer.hpp"

namespace fermata::codec {
namespace {

constexpr std::size_t kUsualSize = 1024;

template <class... E>
std::string_view name_of(const std::variant<E...>& event) {
  return std::visit([]<class T>(const T&) { return kType<T>; }, event);
}

}  // namespace

std::string type_of(const event::Event& event) { return std::string(name_of(event)); }

std::string encode(const event::Recorded& recorded) {
  Tag tag{type_of(recorded.payload)};
  tag.version = current_version(tag.type, all_lifts());
  std::string text;
  text.reserve(kUsualSize);
  text += '{';
  Writer writer(text);
  envelope(writer, recorded, tag);
  text += '}';
  return text;
}

Result<event::Recorded> decode(std::string_view body) { return decode(body, all_lifts()); }

Result<event::Recorded> decode(std::string_view body, Lifts lifts) {
  Result<json::Value> parsed = json::parse(body, json::kMaxStoredDepth);
  if (!parsed) return corrupt_event(parsed.error().message);
  json::Object* object = parsed->as_object();
  if (object == nullptr) return corrupt_event("not an object");
  FERMATA_CHECK_OK(upcast(*object, lifts));
  event::Recorded recorded;
  if (!emplace(parsed->string_or("type"), recorded.payload))
    return corrupt_event(".type: no such event");
  Tag tag;
  Reader reader(*parsed);
  envelope(reader, recorded, tag);
  if (Fault fault = reader.finish(); !fault.empty()) return corrupt_event(std::move(fault));
  return recorded;
}

std::string chain_hash(std::string_view prev_hash, std::string_view body) {
  std::string text;
  text.reserve(prev_hash.size() + 1 + body.size());
  text.append(prev_hash).append("\n").append(body);
  return sha256_hex(text);
}

std::string genesis_hash(std::string_view tenant, std::string_view stream) {
  std::string text = "fermata-stream-1\n";
  text.append(tenant).append("\n").append(stream);
  return sha256_hex(text);
}

}  // namespace fermata::codec
