#pragma once

// Numbers as JSON writes them: the strict reader and the ECMAScript writer (RFC 8785, 3.2.2.3).
//
// The reader keeps a whole number of 64 bits exactly, however it is written (100, 100.0, 1e2), and
// takes the nearest double for anything else, unless that would change what a person reads in it:
// beyond 2^53 the double must stand for the digits written. So 100000000000000000000 is read, as
// the writer writes 1e20 that way, and 100000000000000000001 is refused.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace fermata::json {

enum class NumberFault { kGrammar, kOutOfRange };

std::variant<std::int64_t, double, NumberFault> read_number(std::string_view token);

// As JavaScript's String(number): "1e+21", "1e-7", "0" for -0. `number` must be finite.
std::string write_number(double number);

}  // namespace fermata::json
