#pragma once

// Regular expressions that people and agents write: ECMA-262 with the `u` flag, as JSON Schema
// means them, matched in linear time.
//
// The pattern is translated, not passed on: RE2 gives a few spellings another meaning, and those
// are written out (`.`, `\s`, `\u00e9`, `[^]`) or refused. Look-around and back references have no
// linear algorithm and are refused too. What compiles here compiles in a browser.

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace fermata {

// Copies share the compiled program. Thread-safe.
class Regex {
 public:
  // `pattern` is UTF-8. kInvalid regex.unsupported: the message says what and, where there is one,
  // how to write it instead.
  static Result<Regex> compile(std::string_view pattern);

  // Whether some part of `text`, which is UTF-8, matches.
  bool matches(std::string_view text) const;

  // An upper bound of the steps that matches(text) may take, about 5 ns each, for a caller that
  // matches what a stranger sent: 20,000 for each byte at worst.
  std::uint64_t cost(std::string_view text) const;

 private:
  struct Program;
  explicit Regex(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

}  // namespace fermata
