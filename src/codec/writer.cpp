#include "codec/writer.hpp"

#include <algorithm>
#include <charconv>

namespace fermata::codec {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

bool is_ascii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

void Writer::append(std::int64_t integer) {
  char digits[20];  // "-9223372036854775808"
  const auto end = std::to_chars(digits, digits + sizeof digits, integer).ptr;
  text_.append(digits, static_cast<std::size_t>(end - digits));
}

void Writer::append(const std::string& string) {
  if (std::any_of(string.begin(), string.end(), needs_escape)) {
    text_ += json::canonical(string);
    return;
  }
  text_ += '"';
  text_ += string;
  text_ += '"';
}

void Writer::append(const json::Value& value) {
  if (const auto* object = value.as_object())
    append(*object);
  else if (const auto* string = value.as_string())
    append(*string);
  else if (const auto* array = value.as_array())
    append_items(*array);
  else if (const auto* integer = value.as_int())
    append(*integer);
  else
    text_ += json::canonical(value);
}

// Byte order is the canonical order only among ASCII keys; others are left to the one who knows.
void Writer::append(const json::Object& object) {
  std::vector<const json::Member*> members;
  members.reserve(object.size());
  for (const json::Member& member : object) {
    if (!is_ascii(member.first)) {
      text_ += json::canonical(object);
      return;
    }
    members.push_back(&member);
  }
  std::sort(members.begin(), members.end(), [](const json::Member* a, const json::Member* b) {
    return a->first < b->first;
  });
  text_ += '{';
  for (const json::Member* member : members) {
    if (member != members.front()) text_ += ',';
    append(member->first);
    text_ += ':';
    append(member->second);
  }
  text_ += '}';
}

void Writer::append(const std::map<std::string, std::string>& strings) {
  std::vector<json::Member> members;
  members.reserve(strings.size());
  for (const auto& [key, value] : strings) members.emplace_back(key, value);
  append(json::Object::from_unique(std::move(members)));
}

}  // namespace fermata::codec
