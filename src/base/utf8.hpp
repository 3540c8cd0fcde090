#pragma once

// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace fermata {

// How many bytes from the front are UTF-8; text.size() when all are.
std::size_t valid_utf8_prefix(std::string_view text);

inline bool is_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

std::size_t code_points(std::string_view utf8);

struct CodePoint {
  char32_t value = 0;  // Of what is not valid: the byte.
  std::size_t bytes = 1;
  bool valid = false;
};
// The one at the front of `text`, which is not empty.
CodePoint first_code_point(std::string_view text);

void append_utf8(std::string& text, char32_t code_point);

}  // namespace fermata
