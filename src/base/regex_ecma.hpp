#pragma once

// The translation of ECMA-262 patterns (`u` flag) to RE2's syntax. Internal to base/regex.cpp.
//
// Every construct is either copied, because both mean the same by it, written out in full, or
// refused. Groups lose their captures, which a yes-or-no match has no use for.

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace fermata {

struct RegexRefusal {
  std::size_t position = 0;  // Byte in the pattern, from 0.
  std::string message;
};

std::variant<std::string, RegexRefusal> translate_ecma(std::string_view pattern);

}  // namespace fermata
