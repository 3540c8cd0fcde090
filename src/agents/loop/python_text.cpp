#include "agents/loop/python_text.hpp"

#include <array>

namespace fermata::agents {
namespace {

void append_text(std::string& out, const std::string& text) {
  constexpr std::array<char, 16> kDigits{
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  const bool has_single = text.find('\'') != std::string::npos;
  const char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
  out += quote;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    } else {
      out += c;
    }
  }
  out += quote;
}

void append(std::string& out, const json::Value& value);

void append_members(std::string& out, const json::Object& object) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : object) {
    if (!first) out += ", ";
    first = false;
    append_text(out, key);
    out += ": ";
    append(out, member);
  }
  out += '}';
}

void append(std::string& out, const json::Value& value) {
  if (value.is_null()) {
    out += "None";
  } else if (const bool* flag = value.as_bool()) {
    out += *flag ? "True" : "False";
  } else if (const std::string* text = value.as_string()) {
    append_text(out, *text);
  } else if (const json::Object* object = value.as_object()) {
    append_members(out, *object);
  } else if (const json::Array* array = value.as_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ", ";
      append(out, (*array)[i]);
    }
    out += ']';
  } else {
    out += json::write(value);
  }
}

}  // namespace

std::string python_repr(const json::Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string python_str(const json::Value& value) {
  const std::string* text = value.as_string();
  return text != nullptr ? *text : python_repr(value);
}

}  // namespace fermata::agents
