#pragma once

// What the check of a schema, the validation of an answer and the forms made of it (ui/form) agree
// on.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace fermata::form {

// 1.0 is an integer, as JSON Schema says.
bool is_integer(const json::Value& value);

// A count such as minLength's: an integer from 0 on; very large ones are cut to 2^63 - 1.
std::optional<std::uint64_t> count_of(const json::Value& value);

// Whether `value` is of JSON Schema's type `type`.
bool has_type(const json::Value& value, std::string_view type);

// Whether `number` is `divisor` times an integer, in the decimal digits that both are written with:
// 0.3 is a multiple of 0.1. `divisor` is above 0.
bool is_multiple(const json::Value& number, const json::Value& divisor);

// RFC 6901.
std::string pointer_to(const std::string& parent, std::string_view key);
// The names on the way to a pointer.
std::vector<std::string> names_in(std::string_view pointer);

bool is_format(std::string_view name);
// What a value of the format is called in a sentence: "an e-mail address".
std::string_view format_description(std::string_view name);
// By RFC 3339 (date, time with offset, date-time), RFC 5321 (email) and RFC 3986 (uri, absolute).
// True for the name of no format.
bool has_format(std::string_view text, std::string_view name);

bool is_email(std::string_view text);
bool is_uri(std::string_view text);

}  // namespace fermata::form
